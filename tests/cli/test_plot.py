"""Plots of Braille."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from hisops.cli.plot import Frame, plot, short

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
END = START + timedelta(hours=6)


def draw(*series, columns=30, rows=5, colours=False):
    return plot(series, START, END, Frame(columns, rows, colours))


def dots(line: str) -> str:
    return "".join(c for c in line if 0x2800 <= ord(c) < 0x2900)


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right():
    lines = draw([float(i) for i in range(40)])

    first = [min((i for i, c in enumerate(line) if dots(c)), default=99) for line in lines[:5]]
    assert first == sorted(first, reverse=True)
    assert all(dots(line) for line in lines[:5])


def test_the_axes_tell_the_limits_and_the_times():
    lines = draw([0.0, 1500.0])

    assert lines[0].startswith("1.5k ┤")
    assert lines[4].strip().startswith("0 ┤")
    assert lines[-1].split() == ["08:00", "11:00", "14:00"]


def test_more_than_a_day_shows_the_date():
    lines = plot([[1.0, 2.0]], START, START + timedelta(days=2), Frame(60, 3))

    assert lines[-1].split() == ["11-25", "08:00", "11-26", "08:00", "11-27", "08:00"]


def test_a_gap_is_left_open():
    whole, holed = [1.0] * 40, [1.0] * 10 + [None] * 20 + [1.0] * 10

    assert len(dots("".join(draw(holed)))) < len(dots("".join(draw(whole)))) - 8


def test_several_series_are_marked_at_their_ends_in_a_pipe():
    lines = draw([0.0, 1.0], [0.0, 0.0])

    assert lines[0].endswith(" a")
    assert lines[4].endswith(" b")
    assert "\x1b" not in "".join(lines)


def test_a_terminal_gets_a_colour_for_each():
    text = "".join(draw([0.0, 1.0], [1.0, 0.0], colours=True))

    assert "\x1b[36m" in text
    assert "\x1b[33m" in text


def test_no_line_is_wider_than_the_terminal():
    for columns in (20, 80, 120):
        lines = draw([1e9, 2e9], [1e9, 1e9], columns=columns)
        assert max(map(len, lines)) <= columns


@pytest.mark.parametrize("points", [[None, None], [], [math.nan], [math.inf]])
def test_without_a_value_it_says_so(points):
    assert draw(points) == ["no values in this time"]


def test_a_steady_line_lies_in_the_middle():
    lines = draw([5.0] * 10)

    assert [bool(dots(line)) for line in lines[:5]] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (0.5, "0.5"),
        (1234, "1.23k"),
        (4.5e11, "450G"),
        (-2e6, "-2M"),
        (0.0015, "1.5m"),
        (999.9, "1000"),
        (math.inf, "inf"),
    ],
)
def test_figures_are_short(value, text):
    assert short(value) == text
