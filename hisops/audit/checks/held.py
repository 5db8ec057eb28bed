"""Packages that somebody put on hold: they get no fixes until it is lifted."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from hisops.audit.check import Check, Gauge
from hisops.audit.facts import Facts, Group, Packages
from hisops.audit.finding import Finding, Severity, failed, passed
from hisops.core.metric import Family
from hisops.core.model import Name

_HELD = Family("hisops_packages_held", "gauge", "Packages on hold.")


class Held(Check, frozen=True, kw_only=True):
    """No package is on hold."""

    title: ClassVar[Name] = Name(zh="锁定的软件包", en="Packages on hold")
    severity: ClassVar[Severity] = Severity.LOW
    remedy: ClassVar[str] = "apt-mark unhold PACKAGE, or write down until when and why it is held"
    controls: ClassVar[tuple[str, ...]] = ("P5", "mlps:8.1.4.4e")
    needs: ClassVar[tuple[type[Group], ...]] = (Packages,)
    gauges: ClassVar[Mapping[str, Gauge]] = {"held": Gauge(_HELD)}

    def check(self, facts: Facts) -> Iterable[Finding]:
        """A finding for each package on hold."""
        held = [package for package in facts.get(Packages).rows if package.want == "hold"]
        for package in held:
            yield failed(f"{package.name} is held at {package.version}", subject=package.name)
        if not held:
            yield passed(f"none of {len(facts.get(Packages).rows)} packages is on hold")

    def figures(self, facts: Facts) -> Mapping[str, int]:
        """How many are on hold."""
        return {"held": sum(package.want == "hold" for package in facts.get(Packages).rows)}
