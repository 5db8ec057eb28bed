"""What ipmitool prints, as series."""

import pytest

from hisops.core.text import Secret
from hisops.monitor.probes.ipmi import Ipmi, describe

# ipmitool 1.8.19 (Debian 12) against ipmi_sim of OpenIPMI 2.0.33, `exec` of all commands.
PRINTED = """\
Inlet Temp       | 30h | ok  |  7.1 | 25 degrees C
Fan1             | 31h | ok  |  7.1 | 6200 RPM
12V              | 32h | ok  |  7.1 | 12.06 Volts
Pwr Consumption  | 33h | ok  |  7.1 | 210 Watts
SEL Information
Version          : 1.5 (v1.5, v2 compliant)
Entries          : 1
Free Space       : 15984 bytes 
Percent Used     : 0%
Last Add Time    : S+ 00:43:52
Last Del Time    : Not Available
Overflow         : false
Supported Cmds   : 'Delete' 'Reserve' 
   1 |  Pre-Init  |0000002632| Temperature #0x30 | Upper Critical going high | Asserted
System Power         : off
Power Overload       : false
Drive Fault          : false
Cooling/Fan Fault    : false
"""  # noqa: W291 - as it was printed
# Constructed after ipmitool 1.8.19, lib/ipmi_sdr.c and lib/ipmi_sel.c.
HOT = """\
Inlet Temp       | 30h | ucr |  7.1 | 75 degrees C
Exhaust Temp     | 34h | unc |  7.1 | 55 degrees C
CPU2 Temp        | 35h | ns  |  3.2 | No Reading
PS Redundancy    | 77h | ok  |  7.1 | Fully Redundant
   2 | 11/25/2026 | 04:10:00 UTC | Temperature Inlet Temp | Upper Critical going high | Asserted
"""


def values(text, **labels):
    wanted = set(labels.items())
    return {s.family.name: s.value for s in describe(text) if wanted <= set(s.labels)}


def test_sensors_have_the_names_of_ipmi_exporter():
    assert values(PRINTED, name="Inlet Temp", id="48") == {
        "ipmi_temperature_celsius": 25,
        "ipmi_temperature_state": 0,
    }
    assert values(PRINTED, name="Fan1")["ipmi_fan_speed_rpm"] == 6200
    assert values(PRINTED, name="12V")["ipmi_voltage_volts"] == 12.06
    assert values(PRINTED, name="Pwr Consumption")["ipmi_power_watts"] == 210


def test_sensors_are_there_in_the_common_vocabulary_too():
    found = values(PRINTED, sensor="Inlet Temp", place="device")

    assert found == {"hisops_sensor_celsius": 25}


def test_event_log_and_chassis_are_read():
    found = values(PRINTED)

    assert found["ipmi_sel_logs_count"] == 1
    assert found["ipmi_sel_free_space_bytes"] == 15984
    assert found["ipmi_chassis_power_state"] == 0
    assert found["ipmi_chassis_drive_fault_state"] == 1  # 1 is good: ipmi_exporter has it so


def test_states_tell_warning_from_critical():
    assert values(HOT, component="Inlet Temp")["hisops_component_health"] == 2
    assert values(HOT, component="Exhaust Temp")["hisops_component_health"] == 1


def test_a_sensor_without_a_reading_is_left_out():
    assert values(HOT, name="CPU2 Temp") == {}


def test_events_have_their_time_and_their_sensor():
    event = "hisops_ipmi_sel_event_timestamp_seconds"

    assert values(PRINTED, record="1")[event] == 0
    assert values(HOT, sensor="Temperature Inlet Temp")[event] == 1795579800


def test_what_was_not_read_is_told():
    up = {dict(s.labels)["collector"]: s.value for s in describe(HOT) if s.family.name == "ipmi_up"}

    assert up == {"ipmi": 1, "chassis": 0, "sel": 0}


def test_a_flood_is_bounded():
    flood = "".join(f"S{n:05} | 30h | ok | 7.1 | 1 degrees C\n" for n in range(100_000))

    assert len(list(describe(flood))) < 2000


def test_the_password_is_not_on_the_command_line():
    unit = Ipmi(user="hisops", password=Secret("env:BMC"))

    assert not [word for word in unit.argv("127.0.0.1", 623) if "BMC" in word]


def test_another_interface_is_refused():
    with pytest.raises(ValueError, match="interface: expected"):
        Ipmi(user="u", password=Secret("env:BMC"), interface="open")
