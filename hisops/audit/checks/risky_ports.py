"""High-risk services that the whole network can reach."""

from collections.abc import Iterable
from typing import ClassVar

from hisops.audit.check import Check
from hisops.audit.facts import Facts, Group, Listeners
from hisops.audit.finding import Finding, Severity, failed, passed
from hisops.audit.system import parse_listeners
from hisops.core.model import Name


class RiskyPorts(Check, frozen=True, kw_only=True):
    """Nothing listens beyond loopback on the ports of clear-text and file-sharing services."""

    title: ClassVar[Name] = Name(zh="高危端口", en="High-risk ports")
    severity: ClassVar[Severity] = Severity.HIGH
    remedy: ClassVar[str] = (
        "stop the service, or bind it to loopback, or close the port in nftables"
    )
    controls: ClassVar[tuple[str, ...]] = ("O8", "mlps:8.1.4.4b", "mlps:8.1.4.1c")
    needs: ClassVar[tuple[type[Group], ...]] = (Listeners,)

    ports: tuple[int, ...] = (21, 23, 111, 135, 139, 445, 512, 513, 514, 3389)

    def check(self, facts: Facts) -> Iterable[Finding]:
        """A finding for each listener on one of the ports."""
        listening = parse_listeners(facts.get(Listeners).tcp)
        open_ = [each for each in listening if each.port in self.ports and not each.is_loopback]
        for each in open_:
            yield failed(f"TCP {each.port} listens on {each.address}", subject=str(each.port))
        if not open_:
            yield passed(f"{len(listening)} TCP listeners, none of them high-risk")
