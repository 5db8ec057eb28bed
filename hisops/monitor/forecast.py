"""When something that grows will be full.

Growth per day is the median of differences over one whole week each, so that neither the rhythm of
working days nor a one-off import is taken for growth (hospital.md, section 8).
"""

import math
from collections.abc import Iterable, Sequence
from statistics import median

from hisops.core.model import Value

STEP_SECONDS = 6 * 3600
WEEKS = 9  # eight weeks of differences, and the week before them
_DAY = 4
_WEEK = 7 * _DAY
_SHORT, _LONG = 4 * _WEEK, 8 * _WEEK
# Two weeks of history give one week of differences: less than that knows no rhythm.
_FEWEST = _WEEK
_ENOUGH = 0.9  # share of the long window that must be there, else the short one is taken
# 5 % to 95 % of the differences held the true day in 9 of 10 synthetic cases.
_BAND = (0.05, 0.95)
_STEP_DAYS = 2.0  # an increment beyond the rhythm counts as a step from two days' growth on
_STEP_SPREADS = 8.0
_SEEN = 3  # the same hour of the week, as often, makes a rhythm

Points = Sequence[float | None]


class Band(Value, frozen=True, kw_only=True):
    """Days until it is full: earliest, most likely, latest; infinite while it does not grow."""

    low: float
    mid: float
    high: float


class Step(Value, frozen=True, kw_only=True):
    """A change beyond the usual rhythm, such as an import or a clean-up (negative)."""

    age_seconds: int
    size: float


class Forecast(Value, frozen=True, kw_only=True):
    """What the history tells; without enough of it, growth and days are None, never a guess."""

    used: float | None = None
    growth_per_day: float | None = None
    last_week_per_day: float | None = None
    days: Band | None = None
    steps: tuple[Step, ...] = ()


def forecast(used: Points, capacity: float | None = None) -> Forecast:
    """What points every 6 h, the last one now and None where one is missing, say of the future."""
    now = next((value for value in reversed(used[-_DAY:]) if value is not None), None)
    found = _differences(used)
    if now is None or len(found) < _FEWEST:
        return Forecast(used=now)
    growth = median(found)
    return Forecast(
        used=now,
        growth_per_day=growth,
        last_week_per_day=_last_week(used),
        days=None if capacity is None else _band(capacity - now, growth, found),
        steps=tuple(_steps(used, abs(growth))),
    )


def _differences(used: Points) -> list[float]:
    """Growth per day over one week, for each point of the window that history fills."""
    pairs = list(zip(reversed(used), reversed(used[:-_WEEK]), strict=False))
    each = [None if a is None or b is None else (a - b) / 7 for a, b in pairs]
    long = [value for value in each[:_LONG] if value is not None]
    if len(long) >= _ENOUGH * _LONG:
        return long
    return [value for value in each[:_SHORT] if value is not None]


def _band(room: float, growth: float, differences: Iterable[float]) -> Band:
    ordered = sorted(differences)
    slow, fast = (_quantile(ordered, share) for share in _BAND)
    return Band(low=_days(room, fast), mid=_days(room, growth), high=_days(room, slow))


def _days(room: float, growth: float) -> float:
    if room <= 0:
        return 0.0
    return room / growth if growth > 0 else math.inf


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _last_week(used: Points) -> float | None:
    """Growth per day over the newest week that both ends are known of."""
    ends = zip(used[-_DAY:], used[-_WEEK - _DAY : -_WEEK], strict=False)
    known = [(a - b) / 7 for a, b in ends if a is not None and b is not None]
    return known[-1] if known else None


def _steps(used: Points, growth: float) -> list[Step]:
    """Where a day brought more, or less, than the same hours of the other weeks."""
    excess = _excess(used)
    known = [abs(value) for value in excess if value is not None]
    if not known:
        return []
    limit = max(_STEP_DAYS * growth, _STEP_SPREADS * median(known))
    steps: list[Step] = []
    run: list[float] = []
    for place, value in enumerate([*excess, None]):
        if value is not None and abs(value) > limit and (not run or run[0] * value > 0):
            run.append(value)
        elif run:
            start = place - len(run)
            steps.append(Step(age_seconds=(len(used) - 1 - start) * STEP_SECONDS, size=_total(run)))
            run = [value] if value is not None and abs(value) > limit else []
    return steps


def _total(run: Sequence[float]) -> float:
    """Size of a step: each part of it stands in as many daily increments as a day has points."""
    return max(max(run, key=abs), sum(run) / _DAY, key=abs)


def _excess(used: Points) -> list[float | None]:
    """Each daily increment without that of the same hour in a usual week; None where unknown."""
    daily: list[float | None] = [None] * min(_DAY, len(used))
    for a, b in zip(used[_DAY:], used, strict=False):
        daily.append(None if a is None or b is None else a - b)
    usual = [
        [value for value in daily[phase::_WEEK] if value is not None] for phase in range(_WEEK)
    ]
    middle = [median(values) if len(values) >= _SEEN else None for values in usual]
    return [
        None if value is None or (rest := middle[i % _WEEK]) is None else value - rest
        for i, value in enumerate(daily)
    ]
