"""What the prober looks at: one module with its endpoints, asked together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from hisops.core.metric import Family, Sample
from hisops.core.text import Duration
from hisops.monitor.probe import Endpoint, Outcome, finish
from hisops.prober.page import Page, base_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.io.net import Network
    from hisops.monitor.probe import Probe
    from hisops.monitor.watch import Check

_AGE = Family(
    "hisops_probe_age_seconds", "gauge", "Age of the outcome of a probe with a clock of its own."
)
_LEAST_SECONDS = 0.05


class Round:
    """A module and the checks that use it; remembers the last outcome of each."""

    def __init__(self, unit: Probe, checks: Sequence[Check]) -> None:
        self.unit = unit
        self.checks = checks
        self.outcomes: list[Outcome | None] = [None] * len(checks)
        self.finished_at = 0.0
        self._endpoints = [Endpoint(check.target, check.instance) for check in checks]
        self._bases = [base_text(check.labels) for check in checks]
        self._names = [frozenset(check.labels) for check in checks]

    async def ask(self, net: Network, patience: float) -> None:
        """Ask all endpoints, each within its time-out and the patience of who scrapes."""
        unit = self.unit
        if patience < unit.timeout.seconds:
            unit = msgspec.structs.replace(unit, timeout=Duration(max(patience, _LEAST_SECONDS)))
        try:
            found: Sequence[Outcome] = await unit.probe_all(net, self._endpoints)
            if len(found) != len(self.checks):
                raise ValueError(f"{len(found)} outcomes for {len(self.checks)} endpoints")  # noqa: TRY301
        except Exception as error:  # noqa: BLE001 - a unit, also a site's own, may raise anything
            cause = f"the probe itself failed: {type(error).__name__}: {error}"
            found = [finish(Outcome(False, cause=cause), 0.0)] * len(self.checks)
        for check, before, after in zip(self.checks, self.outcomes, found, strict=True):
            tell(check, before, after)
        self.outcomes = list(found)
        self.finished_at = net.tick()

    async def repeat(self, net: Network) -> None:
        """Ask for ever, on the unit's own clock."""
        assert self.unit.every is not None  # noqa: S101 - else it is asked when it is scraped
        every_seconds = self.unit.every.seconds
        while True:
            begun = net.tick()
            await self.ask(net, self.unit.timeout.seconds)
            await net.sleep(max(0.0, begun + every_seconds - net.tick()))

    def fill(self, page: Page, now: float) -> None:
        """Put the last outcomes on a page."""
        for outcome, base, names in zip(self.outcomes, self._bases, self._names, strict=True):
            if outcome is not None:
                page.add(base, names, outcome.samples)
                if self.unit.every is not None:
                    page.add(base, names, [Sample(_AGE, now - self.finished_at)])


def tell(check: Check, before: Outcome | None, after: Outcome) -> None:
    """Write a change to the log: trouble with its cause, and its end."""
    if after.success and (before is None or before.success):
        return
    if before is not None and before.success == after.success and before.cause == after.cause:
        return
    what = "well again" if after.success else after.cause or "no success"
    sys.stderr.write(f"hisops prober: {check.module} {check.instance} {check.target}: {what}\n")
