"""Redfish resources as series."""

import msgspec
import pytest

from hisops.monitor.probes import redfish
from hisops.wire.redfish import Resource

# sushy-emulator 2.2 (sushy-tools, driver fake), shortened.
THERMAL = {
    "@odata.type": "#Thermal.v1_3_0.Thermal",
    "Temperatures": [
        {
            "MemberId": "0",
            "Name": "CPU Temp",
            "Status": {"State": "Enabled", "Health": "OK"},
            "ReadingCelsius": 41,
            "UpperThresholdNonCritical": 42,
            "PhysicalContext": "CPU",
        }
    ],
    "Fans": [
        {
            "MemberId": "0",
            "Name": "BaseBoard System Fan",
            "Status": {"State": "Enabled", "Health": "OK"},
            "Reading": 2100,
            "ReadingUnits": "RPM",
        }
    ],
}
# Constructed after DSP0268 (schema guide), Power v1.7.
POWER = {
    "PowerControl": [{"MemberId": "0", "Name": "System Power", "PowerConsumedWatts": 344.5}],
    "Voltages": [{"Name": "12V", "ReadingVolts": 12.06, "Status": {"Health": "Warning"}}],
    "PowerSupplies": [
        {"Name": "PSU", "Status": {"State": "Enabled", "Health": "Critical"}},
        {"Name": "PSU", "Status": {"State": "Enabled", "Health": "OK"}},
        {"Name": "PSU 3", "Status": {"State": "Absent", "Health": None}},
    ],
}


def resource(data) -> Resource:
    return msgspec.json.decode(msgspec.json.encode(data), type=Resource, strict=False)


def values(samples):
    return {(s.family.name, s.labels[0][1]): s.value for s in samples}


def test_temperatures_and_fans_of_old_controllers():
    found = values(redfish.describe_thermal(resource(THERMAL)))

    assert found["hisops_sensor_celsius", "CPU Temp"] == 41
    assert found["hisops_sensor_rpm", "BaseBoard System Fan"] == 2100
    assert found["hisops_component_health", "CPU Temp"] == 0


def test_temperatures_of_new_controllers():
    # Constructed after DSP2046, ThermalMetrics v1.0.
    new = {"TemperatureReadingsCelsius": [{"DeviceName": "Intake", "Reading": 24.8}]}

    assert values(redfish.describe_thermal(resource(new))) == {
        ("hisops_sensor_celsius", "Intake"): 24.8
    }


def test_power_voltages_and_supplies():
    found = values(redfish.unique(redfish.describe_power(resource(POWER))))

    assert found["hisops_sensor_watts", "System Power"] == 344.5
    assert found["hisops_component_health", "12V"] == 1
    assert found["hisops_component_health", "PSU"] == 2


def test_parts_of_one_name_stay_apart_and_empty_slots_are_no_fault():
    found = values(redfish.unique(redfish.describe_power(resource(POWER))))

    assert found["hisops_component_health", "PSU #2"] == 0
    assert ("hisops_component_health", "PSU 3") not in found


def test_a_fan_may_speak_of_percent():
    fan = resource({"Name": "F1", "Reading": 40, "ReadingUnits": "Percent"})
    new = resource({"Name": "F2", "SpeedPercent": {"Reading": 55, "SpeedRPM": 9000}})

    found = values(redfish.describe_fans([fan, new]))

    assert found["hisops_sensor_ratio", "F1"] == pytest.approx(0.4)
    assert found["hisops_sensor_ratio", "F2"] == pytest.approx(0.55)


def test_nulls_of_a_machine_that_is_off_are_absences():
    off = {"Temperatures": [{"Name": "CPU", "ReadingCelsius": None}], "Fans": None}

    assert list(redfish.describe_thermal(resource(off))) == []
