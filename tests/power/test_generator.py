"""Generator runs out of what was seen."""

import pytest

from hisops.power import generator
from hisops.power.generator import Run, Watched
from hisops.power.settings import Exercise

STEP = 5.0


def watched(**series):
    """Series over two hours, given as (from second, value), everything else 0 or 1."""
    count = int(7200 / STEP)
    shapes = {"running": [(0, 0)], "load": [(0, None)], "on_battery": [(0, 0)], "mains": [(0, 1)]}
    columns = {}
    for name, steps in (shapes | series).items():
        column = [None] * count
        for at, value in steps:
            first = int(at / STEP)
            column[first:] = [value] * (count - first)
        columns[name] = column
    return Watched(1000.0, STEP, **columns)


GOOD = {
    "mains": [(0, 1), (600, 0), (2500, 1)],
    "on_battery": [(0, 0), (600, 1), (610, 0)],
    "running": [(0, 0), (605, 1), (2505, 0)],
    "load": [(0, None), (605, 0.35), (2505, None)],
}


def told(**changes):
    seen = watched(**(GOOD | changes))
    (run,) = generator.find_runs(seen)
    return generator.describe("genset-1", seen, run, Exercise())


def test_a_test_under_load_through_the_switch_is_good():
    event = told()

    assert event.passed, event.cause
    assert (event.started_at, event.seconds) == (1605, 1900)
    assert (event.load, event.transfer_seconds) == (0.35, 10)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"running": [(0, 0), (605, 1), (1205, 0)]}, "ran 10 min, not 30 min"),
        ({"load": [(0, 0.12)]}, "carried 12%, not 30%"),
        ({"load": [(0, None)]}, "its load was not measured"),
        ({"on_battery": [(0, 0), (600, 1), (625, 0)]}, "power after 25 s, not 10 s"),
        ({"mains": [(0, 1)], "on_battery": [(0, 0)]}, "not started through the transfer switch"),
        ({"on_battery": [(0, 0), (600, 1)]}, "not started through"),
    ],
)
def test_what_a_test_lacks_is_told(changes, cause):
    event = told(**changes)

    assert not event.passed
    assert cause in event.cause


def test_a_short_silence_is_no_stop_and_a_long_one_is():
    short = watched(running=[(0, 0), (100, 1), (200, None), (250, 1), (400, 0)])
    long = watched(running=[(0, 0), (100, 1), (200, None), (300, 1), (400, 0)])

    assert generator.find_runs(short) == [Run(20, 79, ended=True)]
    assert [run.ended for run in generator.find_runs(long)] == [True, True]


def test_a_run_that_goes_on_has_not_ended():
    assert generator.find_runs(watched(running=[(0, 0), (7000, 1)])) == [
        Run(1400, 1439, ended=False)
    ]


def test_a_loss_of_mains_long_before_is_another_one():
    event = told(mains=[(0, 1), (100, 0), (200, 1)], on_battery=[(0, 0), (100, 1), (110, 0)])

    assert event.transfer_seconds is None


def test_several_series_are_joined():
    assert generator.join([(0, None, 1), (1, None, 0)], 3) == [1, None, 1]
    assert generator.join([(0, None, 1), (1, None, 0)], 3, lowest=True) == [0, None, 0]
    assert generator.join([], 2) == [None, None]
