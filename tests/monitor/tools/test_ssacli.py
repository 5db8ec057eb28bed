"""An HPE controller with a drive that will fail, a volume that recovers and a dead battery."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.tools.ssacli import Ssacli
from tests.monitor.tools.conftest import sample


@pytest.fixture
def found(io, values):
    for what in ("status", "config"):
        io.runs("ssacli", "ctrl", "all", "show", what, out=sample(f"ssacli-{what}.txt"))
    return values(Ssacli().collect(io, "ssacli"))


def test_a_volume_that_recovers_is_not_good(found):
    volume = ("hisops_raid_volume_good_state", "ssacli", "0")

    assert found[*volume, "1", "RAID 1", "OK"] == 1
    assert found[*volume, "2", "RAID 5", "Recovering"] == 0


def test_a_drive_that_will_fail_is_not_good_and_a_spare_is(found):
    drive = ("hisops_raid_drive_good_state", "ssacli", "0")

    assert found[*drive, "1I:1:2", "", "Predictive Failure"] == 0
    assert found[*drive, "1I:1:3", "", "OK"] == 1


def test_controller_cache_and_battery_have_their_own_states(found):
    names = {key[3:]: value for key, value in found.items() if "controller_good" in key[0]}

    assert names == {("Smart Array P440ar", "OK"): 1, ("cache", "Temporarily Disabled"): 0}
    battery = ("ssacli", "0", "battery/capacitor", "Failed (Replace Batteries)")
    assert found["hisops_raid_battery_good_state", *battery] == 0


@pytest.mark.parametrize(("code", "said"), [(1, "Error: No controllers detected."), (0, "")])
def test_no_controller_is_a_failure(io, code, said):
    io.runs("ssacli", code=code, out=said)

    with pytest.raises(OpsError, match="ssacli"):
        Ssacli().collect(io, "ssacli")
