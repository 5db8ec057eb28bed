"""How a picture archive grows: synthetic, 450 GB a day with weekdays, day and night (seeded).

Shape and rate as in the notes of the project; no hospital's figures.
"""

import random
import statistics
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise

from hisops.monitor import forecast

GB, TB = 10**9, 10**12
_DAYS = (1.25, 1.25, 1.2, 1.2, 1.2, 0.55, 0.35)
_HOURS = (0.15,) * 7 + (0.6, 1.6, 2.4, 2.6, 2.2, 1.4, 1.6, 2.3, 2.2, 1.7, 1.0)
_HOURS += (0.6, 0.4, 0.3, 0.25, 0.2, 0.15)
_USUAL = statistics.mean(_DAYS) * statistics.mean(_HOURS)

Hourly = Sequence[float]
Method = Callable[[Hourly, int], float]


@cache
def archive(days: int, seed: int, *, import_at: int = -1, import_bytes: float = 2 * TB) -> Hourly:
    """Bytes in use, hour by hour; at one hour a one-off import may come in."""
    chance = random.Random(seed)
    used = [0.0]
    busy = 1.0
    for hour in range(days * 24):
        day = hour // 24
        if hour % 24 == 0:
            busy = chance.lognormvariate(0, 0.15)
        share = _DAYS[day % 7] * _HOURS[hour % 24] / _USUAL
        grown = 450 * GB / 24 * share * busy * chance.lognormvariate(0, 0.3)
        used.append(used[-1] + grown + (import_bytes if hour == import_at else 0))
    return used


def thin(used: Hourly, hour: int, weeks: int = forecast.WEEKS) -> list[float]:
    """What a query every 6 h up to an hour would have shown."""
    start = max(hour % 6, hour - weeks * 7 * 24)
    return list(used[start : hour + 1 : 6])


def weekly(weeks: int) -> Method:
    """The forecast, from as much history as gives it so many weeks of differences."""

    def growth(used: Hourly, hour: int) -> float:
        found = forecast.forecast(thin(used, hour, weeks + 1)).growth_per_day
        assert found is not None
        return found

    return growth


def linear(hours: int) -> Method:
    """A least-squares line through the last hours: what people use instead."""

    def growth(used: Hourly, hour: int) -> float:
        values = used[hour - hours : hour + 1]
        middle, mean = (len(values) - 1) / 2, statistics.fmean(values)
        above = sum((i - middle) * (value - mean) for i, value in enumerate(values))
        return above / sum((i - middle) ** 2 for i in range(len(values))) * 24

    return growth


class Score:
    """How well a method foretold the end of one archive."""

    def __init__(self, method: Method, seed: int) -> None:
        used = archive(150, seed)
        full = len(used) - 1
        self.errors: list[float] = []
        alarms: list[bool] = []
        late: list[bool] = []
        for hour in range(full - 60 * 24, full, 12):
            true = (full - hour) / 24
            told = days_left(used, hour, method)
            alarms.append(told < 14)
            if true >= 7:
                self.errors.append(abs(told - true) / true)
            if true <= 14:
                late.append(told >= 14)
        self.missed = sum(late) / len(late)
        self.flaps = sum(a != b for a, b in pairwise(alarms))


def days_left(used: Hourly, hour: int, method: Method) -> float:
    """Days from an hour until the size that the archive has at its end."""
    growth = method(used, hour)
    return (used[-1] - used[hour]) / growth if growth > 0 else float("inf")


def after_import(method: Method, seeds: Iterable[int]) -> list[float]:
    """Errors ten days after an import of 2 TB, thirty days before the end."""
    errors = []
    for seed in seeds:
        at = 120 * 24 + seed * 3
        used = archive(160, seed, import_at=at)
        hour, full = at + 240, len(used) - 1
        true = (full - hour) / 24
        errors.append(abs(days_left(used, hour, method) - true) / true)
    return errors


def share(values: Iterable[float], part: float) -> float:
    """The value that so large a part of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
