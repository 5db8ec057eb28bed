"""An Adaptec controller with a degraded volume and a failed drive."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.tools.arcconf import Arcconf
from tests.monitor.tools.conftest import sample


@pytest.fixture
def found(io, values):
    io.runs("arcconf", "LIST", out=sample("arcconf-list.txt"))
    io.runs("arcconf", "GETCONFIG", "1", "AL", out=sample("arcconf-config.txt"))
    return values(Arcconf().collect(io, "arcconf"))


def test_a_degraded_volume_and_a_failed_drive_are_not_good(found):
    assert found["hisops_raid_volume_good_state", "arcconf", "1", "0", "1", "Degraded"] == 0
    assert found["hisops_raid_drive_good_state", "arcconf", "1", "1", "EX1000", "Failed"] == 0
    assert found["hisops_raid_drive_good_state", "arcconf", "1", "0", "EX1000", "Online"] == 1


def test_the_controller_is_good_and_a_battery_that_is_not_there_is_no_fault(found):
    controller = ("arcconf", "1", "Adaptec ASR8405", "Optimal")
    assert found["hisops_raid_controller_good_state", *controller] == 1
    assert found["hisops_raid_battery_good_state", "arcconf", "1", "", "Not Installed"] == 1


def test_warnings_and_temperatures_are_the_drives_own(found):
    assert found["hisops_raid_drive_errors_total", "arcconf", "1", "1", "predictive"] == 3
    assert found["hisops_raid_drive_temperature_celsius", "arcconf", "1", "0"] == 34


@pytest.mark.parametrize("said", ["", "Controllers found: 0"])
def test_no_controller_is_a_failure(io, said):
    io.runs("arcconf", out=said)

    with pytest.raises(OpsError, match="no controller"):
        Arcconf().collect(io, "arcconf")


def test_a_controller_that_tells_nothing_is_a_failure(io):
    io.runs("arcconf", "LIST", out=sample("arcconf-list.txt"))
    io.runs("arcconf", "GETCONFIG", out="Command aborted.")

    with pytest.raises(OpsError, match="controller 1 tells nothing"):
        Arcconf().collect(io, "arcconf")
