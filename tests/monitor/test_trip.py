"""A canary's names: unique, ours, and old enough to be swept or not."""

from datetime import UTC, datetime

import hl7 as other
import pytest

from hisops.monitor import orthanc
from hisops.monitor.trip import Trip, new_accession, order, ordered_at
from tests.wire.canned import CannedNet

NOW = 1_795_593_600.0


def test_an_accession_number_fits_and_tells_when_it_was_made():
    made = new_accession(NOW + 0.7)

    assert len(made) == 16
    assert ordered_at(made) == NOW


def test_two_canaries_of_one_second_are_two():
    assert len({new_accession(NOW) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "accession", ["", "HISOPS", "HISOPSX", "A123456789012345", "HISOPS000000000a", "20261125-0001"]
)
def test_numbers_of_others_are_never_ours(accession):
    assert ordered_at(accession) is None
    assert not orthanc.is_left_behind(accession, NOW)


def test_only_an_old_canary_is_left_behind():
    fresh, old = new_accession(NOW - 60), new_accession(NOW - 3600)

    assert [orthanc.is_left_behind(one, NOW) for one in (fresh, old)] == [False, True]


def test_an_order_is_marked_as_training_and_names_the_canary_everywhere():
    trip = Trip(CannedNet(), "192.0.2.1")

    message = other.parse(order(trip, "NW", "HISOPS1", ("RIS", "H")).decode())

    assert str(message.segment("MSH")[11]) == "T"
    assert str(message.segment("PID")[3]) == "HISOPS-CANARY"
    assert str(message.segment("ORC")[1]) == "NW"
    assert str(message.segment("OBR")[18]) == trip.accession
    assert str(message.segment("OBR")[21]) == "CANARY"
    assert str(message.segment("ZDS")[1]).startswith(f"{trip.root}^")
    assert trip.now == datetime.fromtimestamp(NOW, UTC)
