"""A series in one line of text."""

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(points: Sequence[float | None]) -> str:
    """One block for each point between the least and the greatest; a dot where one is missing."""
    known = [value for value in points if value is not None and math.isfinite(value)]
    if not known:
        return ""
    low, width = min(known), max(known) - min(known)
    return "".join(_bar(value, low, width) for value in points)


def _bar(value: float | None, low: float, width: float) -> str:
    if value is None or not math.isfinite(value):
        return "·"
    return _BARS[round((value - low) / width * (len(_BARS) - 1))] if width else _BARS[0]
