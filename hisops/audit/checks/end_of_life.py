"""The operating system still gets security fixes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

from hisops.audit.check import Check, Gauge
from hisops.audit.facts import Facts, Group, System
from hisops.audit.finding import Finding, Reason, Severity, failed, passed, unknown
from hisops.audit.lifecycle import SUPPORT
from hisops.audit.system import parse_os_release
from hisops.core.metric import Family
from hisops.core.model import Name

_END = Family("hisops_os_eol_timestamp_seconds", "gauge", "When security fixes end.")


class EndOfLife(Check, frozen=True, kw_only=True):
    """The release is supported, and stays so for a while."""

    title: ClassVar[Name] = Name(zh="操作系统生命周期", en="Operating system is supported")
    severity: ClassVar[Severity] = Severity.HIGH
    remedy: ClassVar[str] = "plan the upgrade to a supported release"
    controls: ClassVar[tuple[str, ...]] = ("T1", "mlps:8.1.4.4e")
    needs: ClassVar[tuple[type[Group], ...]] = (System,)
    gauges: ClassVar[Mapping[str, Gauge]] = {"ends_at": Gauge(_END)}

    warn_days: int = 180

    def check(self, facts: Facts) -> Iterable[Finding]:
        """Verdict by the table of releases; a release without a row is unknown."""
        release = parse_os_release(facts.get(System).os_release)
        support = SUPPORT.get((release.id, release.version))
        if support is None:
            yield unknown(Reason.NO_CATALOGUE, f"no end of support is known for {release.shown}")
            return
        left = support.extended - facts.collected_at.date()
        if left < timedelta(0):
            yield failed(f"{release.shown}: security fixes ended on {support.extended}")
        elif left < timedelta(days=self.warn_days):
            text = f"{release.shown}: security fixes end on {support.extended}"
            yield failed(text, severity=Severity.MEDIUM)
        else:
            kind = "" if facts.collected_at.date() <= support.ends else " (long-term support)"
            yield passed(f"{release.shown}: security fixes until {support.extended}{kind}")

    def figures(self, facts: Facts) -> Mapping[str, int]:
        """When security fixes end."""
        release = parse_os_release(facts.get(System).os_release)
        support = SUPPORT.get((release.id, release.version))
        if support is None:
            return {}
        return {"ends_at": int(datetime.combine(support.extended, time(), UTC).timestamp())}
