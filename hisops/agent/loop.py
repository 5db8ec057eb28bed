"""Runs the collectors and makes the page: what one of them does wrong costs its own part only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hisops.agent.exposition import Owners, Part, only
from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.io.cached import Cached
from hisops.io.worker import Worker
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_DEADLINE_SECONDS = 0.45
_GRACE_SECONDS = 0.05  # for the slow ones, also when the fast ones used up the time
_SECONDS = Family("node_scrape_collector_duration_seconds", "gauge", "How long the collector took.")
_SUCCESS = Family("node_scrape_collector_success", "gauge", "1 when the collector ended well.")
_STALE = Family(
    "hisops_collector_stale_seconds", "gauge", "Age of what a collector that is late shows."
)
_DROPPED = Family(
    "hisops_collector_dropped_series", "gauge", "Series left out because they were there already."
)


class Broken(Collector):
    """Stands for a collector whose file does not load: it fails at every scrape."""

    slow = False

    def __init__(self, cause: str) -> None:
        self._cause = cause

    def read(self, io: Machine) -> Reading:
        """Nothing; raises OpsError with the reason."""
        raise OpsError(self._cause)


class Run:
    """One collector with its part of the page."""

    def __init__(self, name: str, unit: Collector, machine: Cached, owners: Owners) -> None:
        self.name = name
        self.unit = unit
        self.part = Part(name, owners)
        self.text = ""
        self.shown: tuple[Reading | None, bool] = (None, False)
        self.seconds = 0.0
        self.fresh_at = machine.tick()
        self.problem = ""
        self.reading: Reading | None = None
        self._cause = ""
        self._machine = machine
        self.worker = Worker(self.read)

    def read(self) -> None:
        """Take a reading; what went wrong is a value afterwards, whatever the unit raised."""
        start = self._machine.tick()
        try:
            self.reading, self._cause = self.unit.read(self._machine), ""
        except Exception as error:  # noqa: BLE001 - a unit, also a site's own, may raise anything
            self.reading, self._cause = None, _text(error)
        self.seconds = self._machine.tick() - start

    def fill(self, *, open_metrics: bool) -> None:
        """Turn the last reading into text, or its trouble into the problem; then the part is empty."""
        self.text, problem = "", self._cause
        self.shown = (self.reading, open_metrics)
        if self.reading is not None:
            try:
                self.text = self.part.fill(self.reading, open_metrics=open_metrics)
            except Exception as error:  # noqa: BLE001 - values and names come from the unit
                problem = _text(error)
            self.fresh_at = self._machine.tick()
        self._tell(problem)

    def repeat(self, *, open_metrics: bool) -> None:
        """Show the last values once more, in the format that is asked for now."""
        reading, was_open = self.shown
        if self.text and reading is not None and was_open != open_metrics:
            self.shown = (reading, open_metrics)
            self.text = self.part.fill(reading, open_metrics=open_metrics)

    def _tell(self, problem: str) -> None:
        """Write a problem to standard error when it is a new one."""
        is_new, self.problem = problem != self.problem, problem
        if problem and is_new:
            _write(f"hisops agent: collector {self.name}: {problem}\n")


class Loop:
    """All collectors of this agent."""

    def __init__(self, units: Mapping[str, Collector], machine: Cached, patient: Cached) -> None:
        """`patient` is the machine that the slow ones see on their threads."""
        owners = Owners()
        self._own = Part("agent", owners)
        self._tick = machine.tick
        runs = [
            Run(name, unit, patient if unit.slow else machine, owners)
            for name, unit in units.items()
        ]
        self._fast = [run for run in runs if not run.unit.slow]
        self._slow = [run for run in runs if run.unit.slow]
        self._runs = self._fast + self._slow

    @property
    def names(self) -> list[str]:
        """Names of all collectors."""
        return [run.name for run in self._runs]

    def page(
        self,
        chosen: Collection[str] | None = None,
        families: Collection[str] = (),
        *,
        open_metrics: bool = False,
    ) -> bytes:
        """The page of now: of all collectors or the chosen ones, all families or those named."""
        fast, slow = (
            [run for run in runs if chosen is None or run.name in chosen]
            for runs in (self._fast, self._slow)
        )
        end = self._tick() + _DEADLINE_SECONDS
        for run in fast:
            run.read()
            run.fill(open_metrics=open_metrics)
        # Asked only now: threads that run beside the fast ones would fight for the interpreter.
        for run in slow:
            run.worker.ask()
        end = max(end, self._tick() + _GRACE_SECONDS)
        late = [run for run in slow if not run.worker.wait(end - self._tick())]
        for run in slow:
            if run in late:
                run.repeat(open_metrics=open_metrics)
            else:
                run.fill(open_metrics=open_metrics)
        runs = fast + slow
        own = self._own.fill(self._report(runs, late), open_metrics=open_metrics)
        text = "".join((*(run.text for run in runs), own))
        if families:
            text = only(text, families)
        # Names that are no UTF-8 come as lone surrogates, which have no encoding.
        return (text + "# EOF\n" if open_metrics else text).encode(errors="replace")

    def _report(self, runs: list[Run], late: list[Run]) -> Reading:
        now = self._tick()
        values: list[float | int | str] = []
        for run in runs:
            values += (
                run.seconds,
                int(run not in late and not run.problem),
                run.part.dropped,
                now - run.fresh_at if run in late else 0,
            )
        names = [run.name for run in runs]
        return Reading(names, values, lambda: _describe(names))


def _describe(names: list[str]) -> list[tuple[Family, Labels]]:
    return [
        (family, (("collector", name),))
        for name in names
        for family in (_SECONDS, _SUCCESS, _DROPPED, _STALE)
    ]


def _write(line: str) -> None:
    """Tell the log; a full disk below it must not cost the page that reports it."""
    try:
        sys.stderr.write(line)
    except OSError:
        return


def _text(error: Exception) -> str:
    return error.cause if isinstance(error, OpsError) else f"{type(error).__name__}: {error}"
