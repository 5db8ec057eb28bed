"""Series as dots of Braille on a grid of characters, with axes; works in a pipe."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

# Unicode 15, Braille Patterns: the bit of each dot by its column and row in the character.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLANK = 0x2800
_ACROSS, _DOWN = 2, 4
_COLOURS = (36, 33, 35, 32, 34, 31)
LETTERS = "abcdefgh"
_TICK_ROWS = 4  # rows from one figure of the axis to the next
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"))

Points = Sequence[float | None]


class Frame(NamedTuple):
    """The room for a plot in characters, and whether the terminal shows colours."""

    columns: int
    rows: int
    colours: bool = False


def plot(series: Sequence[Points], start: datetime, end: datetime, frame: Frame) -> list[str]:
    """Lines of text: a figure axis on the left, letters of the series on the right, times below."""
    known = [v for points in series for v in points if v is not None and math.isfinite(v)]
    if not known:
        return ["no values in this time"]
    low, high = _limits(min(known), max(known))
    figures = _figures(low, high, frame.rows)
    margin = max(map(len, figures))
    width = max(10, frame.columns - margin - 4)
    cells, owners = _draw(series, (low, high), width, frame.rows)
    ends = _ends(series, low, high, frame.rows)
    lines = []
    for row in range(frame.rows):
        body = _row(cells[row], owners[row], frame.colours)
        edge = "┤" if figures[row] else "│"
        lines.append(f"{figures[row]:>{margin}} {edge}{body} {ends[row]}".rstrip())
    lines.append(" " * (margin + 1) + "└" + "─" * width)
    lines.append(" " * (margin + 2) + _times(start, end, width))
    return lines


def short(value: float) -> str:
    """A figure in at most six characters: `1.23k`, `450G`, `0.5`."""
    if not math.isfinite(value):
        return f"{value:g}"
    for factor, prefix in _PREFIXES:
        if abs(value) >= factor:
            if factor == 1 or (factor < 1 and abs(value) >= 0.01):  # noqa: PLR2004 - 0.5, not 500m
                return f"{value:.0f}" if abs(value) > 100 else f"{value:.3g}"  # noqa: PLR2004
            return f"{value / factor:.3g}{prefix}"
    return f"{value:.2g}"


def samples(columns: int) -> int:
    """How many points fill a plot of that width."""
    return max(20, (columns - 10) * _ACROSS)


def _limits(low: float, high: float) -> tuple[float, float]:
    if low != high:
        return low, high
    pad = abs(low) / 10 or 1.0
    return low - pad, high + pad


def _figures(low: float, high: float, rows: int) -> list[str]:
    """What stands beside each row, the highest first; empty where nothing does."""
    step = (high - low) / max(1, rows - 1)
    steps = [high - step * row for row in range(rows)]
    told = [short(0.0 if abs(each) < (high - low) / 1e6 else each) for each in steps]
    return [
        text if row % _TICK_ROWS == 0 or row == rows - 1 else "" for row, text in enumerate(told)
    ]


def _draw(
    series: Sequence[Points], limits: tuple[float, float], width: int, rows: int
) -> tuple[list[list[int]], list[list[int]]]:
    """The dots of each character, and which series drew there last."""
    cells = [[0] * width for _ in range(rows)]
    owners = [[0] * width for _ in range(rows)]
    for number, points in enumerate(series):
        for x, y in _path(points, limits, width * _ACROSS, rows * _DOWN):
            row, column = y // _DOWN, x // _ACROSS
            cells[row][column] |= _DOTS[x % _ACROSS][y % _DOWN]
            owners[row][column] = number
    return cells, owners


def _path(
    points: Points, limits: tuple[float, float], across: int, down: int
) -> list[tuple[int, int]]:
    """Dots of one series, each joined to the one before unless a gap lies between."""
    found: list[tuple[int, int]] = []
    before: int | None = None
    last = max(1, len(points) - 1)
    x_before = 0
    for i, value in enumerate(points):
        if value is None or not math.isfinite(value):
            before = None
            continue
        x, y = round(i * (across - 1) / last), _height(value, limits, down)
        found += [(x, y)] if before is None else _join(x_before, before, x, y)
        before, x_before = y, x
    return found


def _join(x0: int, y0: int, x1: int, y1: int) -> list[tuple[int, int]]:
    """The dots of a straight line to the second point."""
    count = max(abs(x1 - x0), abs(y1 - y0), 1)
    return [
        (x0 + round((x1 - x0) * i / count), y0 + round((y1 - y0) * i / count))
        for i in range(1, count + 1)
    ]


def _height(value: float, limits: tuple[float, float], down: int) -> int:
    low, high = limits
    return round((high - value) / (high - low) * (down - 1))


def _ends(series: Sequence[Points], low: float, high: float, rows: int) -> list[str]:
    """The letter of each series beside the row of its last value; none for a single one."""
    found = [""] * rows
    for letter, points in zip(LETTERS, series if len(series) > 1 else [], strict=False):
        last = next((v for v in reversed(points) if v is not None and math.isfinite(v)), None)
        if last is not None:
            found[_height(last, (low, high), rows)] += letter
    return found


def _row(cells: Sequence[int], owners: Sequence[int], colours: bool) -> str:
    paint: Callable[[int, str], str] = _painted if colours else lambda _number, text: text
    return "".join(
        paint(owner, chr(_BLANK + dots)) if dots else " "
        for dots, owner in zip(cells, owners, strict=True)
    )


def _painted(number: int, text: str) -> str:
    return f"\x1b[{_COLOURS[number % len(_COLOURS)]}m{text}\x1b[0m"


def _times(start: datetime, end: datetime, width: int) -> str:
    """First, middle and last moment; with the day when they are not of the same."""
    form = "%H:%M" if start.date() == end.date() else "%m-%d %H:%M"
    first, middle, last = (
        moment.strftime(form) for moment in (start, start + (end - start) / 2, end)
    )
    inside = f"{middle:^{max(0, width - len(first) - len(last))}}"
    return f"{first}{inside}{last}"
