"""What every check has: what it is called, what it needs, how bad a failure is, and how to mend it."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

import msgspec

from hisops.audit.facts import Facts, Group
from hisops.audit.finding import Finding, Severity
from hisops.core.metric import Family
from hisops.core.model import Name


class Gauge(NamedTuple):
    """The metric series that a figure of a check becomes."""

    family: Family
    labels: tuple[tuple[str, str], ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One question about a host. A unit sets the class variables and answers in `check`.

    A group of `needs` that was not collected gives `unknown` before `check` runs, and an empty
    answer counts as `unknown`: silence is never a pass.
    """

    title: ClassVar[Name]
    severity: ClassVar[Severity]
    remedy: ClassVar[str]
    controls: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[type[Group], ...]]
    gauges: ClassVar[Mapping[str, Gauge]] = {}

    stale_after_hours: int = 24

    def check(self, facts: Facts) -> Iterable[Finding]:
        """Verdicts from facts alone; the same facts always give the same verdicts."""
        raise NotImplementedError

    def figures(self, facts: Facts) -> Mapping[str, int]:
        """Numbers for `gauges`; a number that is not known is left out, never 0."""
        return {}

    def headline(self, facts: Facts) -> str:
        """The answer in one line; empty when the first finding says it."""
        return ""
