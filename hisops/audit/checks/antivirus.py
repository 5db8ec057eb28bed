"""ClamAV is there and its definitions are young, by the header of its daily database."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import ClassVar

from hisops.audit import clamav
from hisops.audit.check import Check, Gauge
from hisops.audit.clamav import Definitions
from hisops.audit.facts import Antivirus as Scanner
from hisops.audit.facts import Facts, Group
from hisops.audit.finding import Finding, Reason, Severity, failed, passed, unknown
from hisops.core.metric import Family
from hisops.core.model import Name
from hisops.core.text import span

_PRESENT = Family("hisops_av_present", "gauge", "1 when an antivirus engine is installed.")
_BUILT = Family(
    "hisops_av_definitions_timestamp_seconds", "gauge", "When the daily definitions were built."
)
_CLOCK = timedelta(hours=1)


class Antivirus(Check, frozen=True, kw_only=True):
    """An engine is installed and its daily definitions are younger than the limits."""

    title: ClassVar[Name] = Name(zh="防病毒软件与病毒库", en="Antivirus and its definitions")
    severity: ClassVar[Severity] = Severity.HIGH
    remedy: ClassVar[str] = (
        "apt-get install clamav-daemon clamav-freshclam; mend the mirror of freshclam"
    )
    controls: ClassVar[tuple[str, ...]] = ("P5", "mlps:8.1.4.5")
    needs: ClassVar[tuple[type[Group], ...]] = (Scanner,)
    gauges: ClassVar[Mapping[str, Gauge]] = {
        "present": Gauge(_PRESENT),
        "definitions_at": Gauge(_BUILT),
    }

    warn_hours: int = 24
    critical_hours: int = 72

    def check(self, facts: Facts) -> Iterable[Finding]:
        """The age by the header; the file's own time says only when it was copied."""
        found = facts.get(Scanner)
        if not is_present(found):
            yield failed("no antivirus: ClamAV is not installed", subject="absent")
            return
        newest = definitions(found)
        if newest is None:
            yield from _without_definitions(found)
            return
        yield self._judge_age(newest, facts)

    def figures(self, facts: Facts) -> Mapping[str, int]:
        """Whether an engine is there, and when its definitions were built."""
        found = facts.get(Scanner)
        newest = definitions(found)
        figures = {"present": int(is_present(found))}
        if newest is not None and is_present(found):
            figures["definitions_at"] = int(newest.built.timestamp())
        return figures

    def _judge_age(self, newest: Definitions, facts: Facts) -> Finding:
        age = facts.collected_at - newest.built
        text = f"{newest.name} {newest.version} was built {span(abs(age.total_seconds()))} ago"
        if age < -_CLOCK:
            return unknown(Reason.CLOCK, f"{newest.name}: built after this host's clock")
        if age > timedelta(hours=self.critical_hours):
            return failed(text, subject="definitions", severity=Severity.CRITICAL)
        if age > timedelta(hours=self.warn_hours):
            return failed(text, subject="definitions", severity=Severity.MEDIUM)
        return passed(text, subject="definitions")


def is_present(found: Scanner) -> bool:
    """Whether a program that scans is installed; freshclam alone scans nothing."""
    return bool({"clamscan", "clamd"} & found.programs.keys())


def definitions(found: Scanner) -> Definitions | None:
    """The newest daily database that has a header; None when there is none."""
    read = [clamav.parse_header(database) for database in clamav.daily(found.databases)]
    return max((each for each in read if each), key=lambda each: each.version, default=None)


def _without_definitions(found: Scanner) -> Iterable[Finding]:
    broken = [database.name for database in found.databases if database.name.startswith("daily.")]
    if broken:
        text = f"{found.folder}/{broken[0]}: no header of a ClamAV database"
        yield unknown(Reason.BROKEN, text)
        return
    text = f"ClamAV has no daily definitions in {found.folder}: it finds nothing"
    yield failed(text, subject="definitions", severity=Severity.CRITICAL)
