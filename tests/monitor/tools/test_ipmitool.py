"""Sensors of a management controller, two of them beyond a limit."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.tools.ipmitool import Ipmitool
from tests.monitor.tools.conftest import sample


@pytest.fixture
def found(io, values):
    io.runs("ipmitool", "sdr", "elist", "full", out=sample("ipmitool-sdr.txt"))
    io.runs("ipmitool", "sel", "info", out=sample("ipmitool-sel.txt"))
    return values(Ipmitool().collect(io, "ipmitool"))


def test_a_sensor_has_a_value_and_a_state(found):
    assert found["ipmi_temperature_celsius", "04", "Inlet Temp", "7.1"] == 23
    assert found["ipmi_temperature_state", "0E", "CPU1 Temp", "3.1"] == 1
    assert found["ipmi_fan_speed_state", "31", "Fan2", "7.1"] == 2
    assert found["ipmi_power_watts", "77", "Pwr Consumption", "7.1"] == 126
    assert found["ipmi_current_amperes", "6A", "PS1 Current", "10.1"] == 0.4


def test_a_sensor_without_a_number_has_a_state_only_and_one_without_a_reading_nothing(found):
    assert found["ipmi_sensor_state", "73", "Intrusion", "7.1"] == 0
    assert not [key for key in found if "Exhaust Temp" in key]


def test_the_event_log_tells_its_fill(found):
    assert found["ipmi_sel_logs_count",] == 131
    assert found["ipmi_sel_free_space_bytes",] == 14288


def test_the_program_is_not_asked_where_there_is_no_controller(io):
    io.write("/usr/bin/ipmitool", "")
    without = Ipmitool().find(io)
    io.write("/dev/ipmi0", "")

    assert (without, Ipmitool().find(io)) == ("", "/usr/bin/ipmitool")


def test_no_sensor_is_a_failure_with_the_programs_own_words(io):
    io.runs("ipmitool", code=1, err="Could not open device at /dev/ipmi0: Busy")

    with pytest.raises(OpsError, match="Could not open"):
        Ipmitool().collect(io, "ipmitool")
