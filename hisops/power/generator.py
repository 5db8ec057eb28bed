"""Generator runs out of what Prometheus saw: nobody types them. Pure functions.

A run counts as a test when it is long enough, carries enough load, and took over fast enough after
a loss of mains (NFPA 110-2010, 8.4.2; Joint Commission EC.02.05.07).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hisops.core.event import GeneratorRan
from hisops.core.text import span
from hisops.power.settings import Exercise

_GAP_SECONDS = 60.0
_AROUND_SECONDS = 120.0
Points = Sequence[float | None]


class Watched(NamedTuple):
    """What was seen at moments `start + n x step`: None where nothing was."""

    start: float
    step_seconds: float
    running: Points
    load: Points
    on_battery: Points
    mains: Points


class Run(NamedTuple):
    """Indexes of the first and the last moment of a run; `ended` when a stop was seen."""

    first: int
    last: int
    ended: bool


def find_runs(watched: Watched) -> list[Run]:
    """Runs in the order of time; a gap of a minute without data does not end one."""
    runs: list[Run] = []
    most = _GAP_SECONDS / watched.step_seconds
    first = last = None
    for index, value in enumerate(watched.running):
        if value:
            first, last = index if first is None else first, index
        elif first is not None and last is not None and (value == 0 or index - last > most):
            runs.append(Run(first, last, ended=True))
            first = last = None
    if first is not None and last is not None:
        runs.append(Run(first, last, ended=False))
    return runs


def describe(name: str, watched: Watched, run: Run, wish: Exercise) -> GeneratorRan:
    """The run as an event, judged by what a test must show."""
    seconds = (run.last - run.first + 1) * watched.step_seconds
    loads = [value for value in watched.load[run.first : run.last + 1] if value is not None]
    load = sum(loads) / len(loads) if loads else None
    transfer = transfer_seconds(watched, run)
    causes = list(_shortcomings(seconds, load, transfer, wish))
    return GeneratorRan(
        subject=name,
        started_at=watched.start + run.first * watched.step_seconds,
        seconds=seconds,
        passed=not causes,
        load=None if load is None else round(load, 4),
        transfer_seconds=transfer,
        cause="; ".join(causes),
    )


def transfer_seconds(watched: Watched, run: Run) -> float | None:
    """Time from the loss of mains to power; None when no loss was seen around the start."""
    around = int(_AROUND_SECONDS / watched.step_seconds)
    begin = max(0, run.first - around)
    moments = range(begin, min(len(watched.running), run.first + around + 1))
    lost = next((n for n in moments if watched.mains[n] == 0 or watched.on_battery[n]), None)
    if lost is None:
        return None
    powered = next(
        (n for n in range(max(lost, run.first), run.last + 1) if not watched.on_battery[n]), None
    )
    return None if powered is None else (powered - lost) * watched.step_seconds


def join(series: Iterable[Points], count: int, *, lowest: bool = False) -> Points:
    """Several series as one: the highest (or lowest) value of each moment."""
    columns = list(series)
    joined: list[float | None] = []
    for n in range(count):
        values = [value for each in columns if (value := each[n]) is not None]
        joined.append((min(values) if lowest else max(values)) if values else None)
    return joined


def _shortcomings(
    seconds: float, load: float | None, transfer: float | None, wish: Exercise
) -> Iterable[str]:
    if seconds < wish.run.seconds:
        yield f"ran {span(seconds)}, not {wish.run}"
    if load is None:
        yield "its load was not measured"
    elif load < wish.load:
        yield f"carried {load:.0%}, not {wish.load:.0%}"
    if transfer is None:
        yield "no loss of mains: it was not started through the transfer switch"
    elif transfer > wish.transfer.seconds:
        yield f"power after {span(transfer)}, not {wish.transfer}"
