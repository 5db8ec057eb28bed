"""Clocks and silence of senders, from what arrived."""

import pytest

from hisops.monitor.sender import (
    LAST_SEEN,
    MOST_SENDERS,
    RECEIVED,
    SKEW,
    Arrival,
    Senders,
    created_at,
    received_at,
    title,
)

NOW = received_at("20261125T081500")


def told(*arrivals: Arrival, count: bool = True) -> dict:
    senders = Senders()
    senders.add(arrivals, count=count)
    return {(s.family.name, s.labels[0][1]): s.value for s in senders.samples()}


@pytest.mark.parametrize("skew", [-427.0, 0.0, 90.0, 8 * 3600.0])
def test_a_clock_that_is_off_is_told_exactly_by_the_least_delayed_picture(skew):
    delays = (300.0, 0.0, 12.0)

    found = told(*(Arrival("CT1", NOW + d, NOW + skew) for d in delays))

    assert found[SKEW.name, "CT1"] == skew


def test_a_sender_is_counted_and_last_seen():
    found = told(Arrival("CT1", NOW + 5, None), Arrival("CT1", NOW, None))

    assert (found[RECEIVED.name, "CT1"], found[LAST_SEEN.name, "CT1"]) == (2, NOW + 5)
    assert (SKEW.name, "CT1") not in found


def test_what_came_before_the_start_is_seen_and_not_counted():
    found = told(Arrival("CT1", NOW, None), count=False)

    assert (found[RECEIVED.name, "CT1"], found[LAST_SEEN.name, "CT1"]) == (0, NOW)


def test_a_clock_that_was_set_right_is_forgotten():
    late = [Arrival("CT1", NOW, NOW + 900)]
    right = [Arrival("CT1", NOW, NOW)] * 20

    assert told(*late, *right)[SKEW.name, "CT1"] == 0


def test_a_flood_of_titles_is_bounded():
    found = told(*(Arrival(f"X{n}", NOW, None) for n in range(MOST_SENDERS + 50)))

    assert len([key for key in found if key[0] == RECEIVED.name]) == MOST_SENDERS


@pytest.mark.parametrize(
    ("text", "label"), [(" CT1 ", "CT1"), ("A" * 40, "A" * 16), ("", "?"), ('x"\n\x00', 'x"??')]
)
def test_titles_are_labels(text, label):
    assert title(text) == label


@pytest.mark.parametrize(
    ("date", "time", "zone", "expected"),
    [
        ("20261125", "161500", "Asia/Shanghai", NOW),
        ("20261125", "161500.250", "Asia/Shanghai", NOW + 0.25),
        ("20261125", "1615", "Asia/Shanghai", NOW),
        ("20261125", "081500", "UTC", NOW),
        ("", "", "UTC", None),
        ("2026", "99", "UTC", None),
        ("20261399", "000000", "UTC", None),
    ],
)
def test_times_of_creation_are_read_in_their_time_zone(date, time, zone, expected):
    assert created_at(date, time, zone) == expected
