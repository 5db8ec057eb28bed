"""A series in one line."""

import math

import pytest

from hisops.cli.sparkline import sparkline


@pytest.mark.parametrize(
    ("points", "line"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([5, 5, 5], "▁▁▁"),
        ([None, 1, None, 9], "·▁·█"),
        ([1, math.inf, 9], "▁·█"),
        ([None, None], ""),
        ([], ""),
    ],
)
def test_it_spans_from_the_least_to_the_greatest_and_shows_gaps(points, line):
    assert sparkline(points) == line
