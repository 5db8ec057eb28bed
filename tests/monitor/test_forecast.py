"""Days to full survive the rhythm of a week, imports and gaps, and are never guessed."""

import math
import statistics

import pytest

from hisops.monitor.forecast import forecast
from tests.monitor.pacs_profile import (
    TB,
    Score,
    after_import,
    archive,
    days_left,
    linear,
    share,
    thin,
    weekly,
)

SEEDS = range(4)
STEADY = [float(i) for i in range(280)]  # four points a day, one unit each


@pytest.fixture(scope="module")
def scores():
    methods = {"weekly": weekly(4), "6h": linear(6), "24h": linear(24), "7d": linear(168)}
    return {name: [Score(method, seed) for seed in SEEDS] for name, method in methods.items()}


def errors_of(found):
    return [error for each in found for error in each.errors]


# Figures: hospital.md, section 8, with room for other seeds.
def test_an_archive_is_foretold_within_a_few_per_cent(scores):
    errors = errors_of(scores["weekly"])

    assert statistics.median(errors) <= 0.045
    assert share(errors, 0.95) <= 0.12


def test_the_last_14_days_are_announced_once_and_not_missed(scores):
    assert statistics.mean(each.missed for each in scores["weekly"]) <= 0.03
    assert max(each.flaps for each in scores["weekly"]) == 1


@pytest.mark.parametrize(
    ("method", "error", "missed"), [("6h", 0.6, 0.3), ("24h", 0.25, 0.1), ("7d", 0.06, 0.02)]
)
def test_a_line_through_a_shorter_past_is_worse(scores, method, error, missed):
    assert statistics.median(errors_of(scores[method])) > error
    assert statistics.mean(each.missed for each in scores[method]) > missed


def test_a_one_off_import_is_not_taken_for_growth():
    line = statistics.median(after_import(linear(672), range(20)))

    assert statistics.median(after_import(weekly(4), range(20))) < 0.07
    assert statistics.median(after_import(weekly(8), range(20))) < 0.055
    assert line > 0.14


def test_the_band_holds_the_true_day_in_nine_of_ten_cases():
    inside = []
    for seed in range(8):
        used = archive(150, seed)
        full = len(used) - 1
        for hour in range(full - 60 * 24, full - 7 * 24, 24):
            days = forecast(thin(used, hour), used[-1]).days
            inside.append(days.low <= (full - hour) / 24 <= days.high)

    assert 0.85 <= statistics.mean(inside) < 1


def test_an_import_is_told_as_a_step_with_its_size_and_age():
    used = archive(70, 1, import_at=60 * 24)

    found = forecast(thin(used, 66 * 24))

    (step,) = found.steps
    assert step.size == pytest.approx(2 * TB, rel=0.2)
    assert step.age_seconds == pytest.approx(6 * 86400, abs=21600)


def test_an_import_of_the_last_hours_is_told_whole():
    used = archive(70, 1, import_at=66 * 24 - 2)

    (step,) = forecast(thin(used, 66 * 24)).steps

    assert step.size == pytest.approx(2 * TB, rel=0.2)
    assert step.age_seconds == 0


def test_a_clean_up_is_a_step_down():
    used = archive(70, 1, import_at=60 * 24, import_bytes=-3 * TB)

    (step,) = forecast(thin(used, 66 * 24)).steps

    assert step.size == pytest.approx(-3 * TB, rel=0.2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_usual_rhythm_has_no_steps(seed):
    assert forecast(thin(archive(70, seed), 70 * 24)).steps == ()


def test_the_days_follow_from_room_and_growth():
    found = forecast(STEADY, 279 + 40)

    assert found.growth_per_day == 4
    assert (found.days.low, found.days.mid, found.days.high) == (10, 10, 10)


def test_less_than_two_weeks_are_unknown_and_no_number():
    short, just = forecast(STEADY[:55], 1000), forecast(STEADY[:56], 1000)

    assert (short.used, short.growth_per_day, short.days) == (54, None, None)
    assert just.growth_per_day == 4


def test_gaps_leave_the_growth_as_it_is():
    holed = [None if i % 5 == 0 or 100 < i < 130 else value for i, value in enumerate(STEADY)]

    assert forecast(holed, 400).growth_per_day == 4


def test_a_past_that_is_mostly_gap_is_unknown():
    holed = [value if i % 28 < 3 and i > 200 else None for i, value in enumerate(STEADY)]

    assert forecast(holed, 1000).growth_per_day is None


def test_what_does_not_answer_today_has_no_forecast():
    assert forecast([*STEADY[:-4], None, None, None, None], 1000).days is None


@pytest.mark.parametrize("values", [[5.0] * 280, STEADY[::-1]], ids=["still", "shrinking"])
def test_what_does_not_grow_is_never_full(values):
    assert forecast(values, 1000).days.mid == math.inf


def test_what_is_full_already_has_no_days_left():
    assert forecast(STEADY, 279).days.mid == 0


def test_what_has_no_size_of_its_own_shows_its_growth_only():
    found = forecast(STEADY)

    assert (found.growth_per_day, found.last_week_per_day, found.days) == (4, 4, None)


def test_growth_that_doubled_shows_in_the_last_week_before_the_median_follows():
    faster = STEADY[:-28] + [STEADY[-28] + 2 * i for i in range(28)]

    found = forecast(faster, 1000)

    assert (found.growth_per_day, round(found.last_week_per_day)) == (4, 8)


def test_the_score_of_a_perfect_method_is_perfect():
    """The proof that the yardstick is straight."""
    used = archive(150, 0)

    def oracle(_used, hour):
        full = len(used) - 1
        return (used[-1] - used[hour]) / ((full - hour) / 24)

    assert days_left(used, 2000, oracle) == pytest.approx((len(used) - 1 - 2000) / 24)
    assert max(Score(oracle, 0).errors) < 1e-9
