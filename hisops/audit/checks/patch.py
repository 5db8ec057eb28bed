"""Missing updates, the security ones marked; what a hold or a pin hides counts, too."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import ClassVar

from hisops.audit.apt import parse_simulation
from hisops.audit.check import Check, Gauge
from hisops.audit.facts import Facts, Group, Index, Packages, Upgrade
from hisops.audit.finding import Finding, Reason, Severity, failed, passed, unknown
from hisops.audit.freshness import doubts, newest
from hisops.audit.update import State, Update, list_updates
from hisops.core.metric import Family
from hisops.core.model import Name

_MISSING = Family(
    "hisops_patch_missing", "gauge", "Packages older than an index on the host offers."
)
_OFFERED = Family("hisops_patch_installable", "gauge", "Missing updates that apt would install.")
_HIDDEN = Family(
    "hisops_patch_hidden", "gauge", "Missing updates that apt does not see: the host is blind."
)


class Patch(Check, frozen=True, kw_only=True):
    """No update of an installed package is missing, and the indexes can be believed."""

    title: ClassVar[Name] = Name(zh="系统补丁", en="Missing updates")
    severity: ClassVar[Severity] = Severity.HIGH
    remedy: ClassVar[str] = "apt-get update && apt-get dist-upgrade, after a test on a canary host"
    controls: ClassVar[tuple[str, ...]] = ("P5", "mlps:8.1.4.4e", "mlps:8.1.5.4e")
    needs: ClassVar[tuple[type[Group], ...]] = (Packages, Index, Upgrade)
    gauges: ClassVar[Mapping[str, Gauge]] = {
        "security": Gauge(_MISSING, (("kind", "security"),)),
        "other": Gauge(_MISSING, (("kind", "other"),)),
        "installable": Gauge(_OFFERED),
        "hidden": Gauge(_HIDDEN),
    }

    max_index_days: int = 7

    def check(self, facts: Facts) -> Iterable[Finding]:
        """A finding for each missing update, and for each reason not to believe the rest."""
        found = [_finding(update, facts) for update in list_updates(facts) if update.is_missing]
        found += self._doubts(facts)
        if not found:
            made = newest(facts.get(Index))
            found = [
                passed(f"no update is missing, by the security archive of {made:%F %H:%M} UTC")
            ]
        return found

    def headline(self, facts: Facts) -> str:
        """Counts of what is missing, and the first doubt."""
        missing = [update for update in list_updates(facts) if update.is_missing]
        security = sum(update.security for update in missing)
        hidden = sum(update.state is State.HIDDEN for update in missing)
        parts = [f"{len(missing)} updates missing, {security} of them security"] if missing else []
        parts += [f"{hidden} hidden from apt"] if hidden else []
        return "; ".join([*parts, *(doubt.text for doubt in self._doubts(facts)[:1])])

    def figures(self, facts: Facts) -> Mapping[str, int]:
        """Counts by kind; where the indexes cannot be believed, no 0 is given out."""
        missing = [update for update in list_updates(facts) if update.is_missing]
        security = sum(update.security for update in missing)
        states = [update.state for update in missing]
        counts = {
            "security": security,
            "other": len(missing) - security,
            "installable": states.count(State.UPGRADE),
            "hidden": states.count(State.HIDDEN),
        }
        doubted = bool(self._doubts(facts))
        return {name: count for name, count in counts.items() if count or not doubted}

    def _doubts(self, facts: Facts) -> list[Finding]:
        limit = timedelta(days=self.max_index_days)
        return [
            *doubts(facts.get(Index), facts.collected_at, limit),
            *_unsimulated(facts.get(Upgrade)),
        ]


def _unsimulated(upgrade: Upgrade) -> Iterable[Finding]:
    if upgrade.code != 0:
        lines = [line for line in upgrade.err.splitlines() if line.startswith("E:")]
        text = f"apt-get -s dist-upgrade ended with {upgrade.code}: {' '.join(lines[:1])}"
        yield unknown(Reason.BROKEN, text)
    for line in parse_simulation(upgrade.out).odd:
        yield unknown(Reason.BROKEN, f"not understood: {line}")


def _finding(update: Update, facts: Facts) -> Finding:
    kind = "security update" if update.security else "update"
    text = f"{update.package} {update.installed}: {kind} {update.candidate} ({update.origin})"
    if update.state is State.HIDDEN:
        where = ", ".join(facts.get(Upgrade).preferences) or "the sources and priorities"
        text += f" is hidden from apt: the host is blind; look at {where}"
    elif update.state is not State.UPGRADE:
        text += f" is {update.state.value}"
    severity = Severity.HIGH if update.security else Severity.LOW
    return failed(text, subject=update.package, severity=severity)
