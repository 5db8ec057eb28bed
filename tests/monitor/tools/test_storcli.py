"""A Broadcom controller with a degraded volume, a bad drive and one that is rebuilt."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.tools.storcli import Storcli
from tests.monitor.tools.conftest import sample


@pytest.fixture
def found(io, values):
    io.runs("storcli64", "/call", "show", "all", "J", out=sample("storcli-show.json"))
    drives = ("/call/eall/sall", "show", "all", "J")
    io.runs("storcli64", *drives, out=sample("storcli-drives.json"))
    return values(Storcli().collect(io, "storcli64"))


def test_a_degraded_volume_is_not_good_and_the_other_one_is(found):
    volume = ("hisops_raid_volume_good_state", "storcli", "0")

    assert found[*volume, "1/1", "RAID5", "Dgrd"] == 0
    assert found[*volume, "0/0", "RAID1", "Optl"] == 1


def test_a_bad_drive_and_one_that_is_rebuilt_are_not_good(found):
    drives = {key[3]: value for key, value in found.items() if key[0] == _DRIVE}

    assert drives == {"252:0": 1, "252:1": 1, "252:2": 0, "252:3": 0}


def test_controller_and_battery_are_judged_by_their_own_words(found):
    model = "EXAMPLE MegaRAID 9361-8i"
    assert found["hisops_raid_controller_good_state", "storcli", "0", model, "Needs Attention"] == 0
    assert found["hisops_raid_battery_good_state", "storcli", "0", "CVPM02", "Optimal"] == 1


def test_errors_and_temperatures_are_read_from_texts_and_numbers(found):
    drive = ("storcli", "0", "252:2")

    assert found["hisops_raid_drive_errors_total", *drive, "media"] == 31
    assert found["hisops_raid_drive_errors_total", *drive, "predictive"] == 1
    assert found["hisops_raid_drive_temperature_celsius", *drive] == 36
    assert found["hisops_raid_controller_temperature_celsius", "storcli", "0"] == 58


def test_a_machine_without_a_controller_has_a_controller_that_is_not_good(io, values):
    io.runs("storcli64", out=sample("storcli-none.json"))

    found = values(Storcli().collect(io, "storcli64"))

    told = ("storcli", "0", "", "No Controller found")
    assert found == {("hisops_raid_controller_good_state", *told): 0}


@pytest.mark.parametrize("said", ["", "{}", '{"Controllers": 5}', "[" * 100_000])
def test_an_answer_that_is_none_is_a_failure(io, said):
    io.runs("storcli64", out=said)

    with pytest.raises(OpsError, match="storcli: no "):
        Storcli().collect(io, "storcli64")


_DRIVE = "hisops_raid_drive_good_state"
