"""UPS variables as series."""

import pytest

from hisops.monitor.probes.nut import Nut, describe, read_date

# dummy-ups 2.8.0 (Debian 12), LIST VAR demo, with a sequence file of our own, shortened.
ON_LINE = {
    "ambient.humidity": "45",
    "ambient.temperature": "23.5",
    "battery.charge": "100",
    "battery.date": "2022/05/01",
    "battery.runtime": "1800",
    "device.mfr": "Dummy Manufacturer",
    "device.model": "Dummy UPS",
    "device.type": "ups",
    "driver.parameter.pollinterval": "2",
    "ups.load": "40",
    "ups.realpower.nominal": "48000",
    "ups.status": "OL",
    "ups.test.date": "2026/10/01",
    "ups.test.result": "Done and passed",
}


def values(variables, **labels):
    """Values by name, of the series with these labels."""
    wanted = set(labels.items())
    return {s.family.name: s.value for s in describe(variables, "demo") if wanted <= set(s.labels)}


def test_variables_have_the_names_of_nut_exporter():
    found = values(ON_LINE, ups="demo")

    assert found["network_ups_tools_battery_charge"] == 100
    assert found["network_ups_tools_battery_runtime"] == 1800
    assert found["network_ups_tools_ups_load"] == 40


def test_settings_of_the_driver_are_no_series():
    assert not [name for name in values(ON_LINE) if "driver" in name]


def test_each_flag_of_the_status_is_a_series():
    status = "network_ups_tools_ups_status"
    low = ON_LINE | {"ups.status": "OB DISCHRG LB"}

    assert [values(low, flag=flag)[status] for flag in ("OL", "OB", "LB", "BYPASS")] == [0, 1, 1, 0]


def test_ages_of_battery_and_self_test_are_told():
    found = values(ON_LINE, ups="demo")

    assert found["hisops_ups_battery_timestamp_seconds"] == read_date("2022-05-01")
    assert found["hisops_ups_test_timestamp_seconds"] == read_date("10/01/26")
    assert found["hisops_ups_test_passed"] == 1


def test_a_failed_self_test_is_told_and_one_that_never_ran_is_not():
    failed = values(ON_LINE | {"ups.test.result": "Done and failed: battery"})
    never = values(ON_LINE | {"ups.test.result": "No test initiated"})

    assert failed["hisops_ups_test_passed"] == 0
    assert "hisops_ups_test_passed" not in never


def test_temperature_and_humidity_of_one_head_share_its_name():
    celsius = values(ON_LINE, sensor="demo ambient", place="room")

    assert celsius["hisops_sensor_celsius"] == 23.5
    assert celsius["hisops_sensor_ratio"] == 0.45


def test_power_comes_from_the_load_where_the_ups_does_not_say_it():
    said = ON_LINE | {"ups.realpower": "20100"}

    assert values(ON_LINE, sensor="demo")["hisops_sensor_watts"] == 19200
    assert values(said, sensor="demo")["hisops_sensor_watts"] == 20100


def test_a_hostile_upsd_cannot_flood_the_page():
    flood = {f"x.{n}": "1" for n in range(5000)} | {"device.model": "m" * 9000}
    found = describe(flood, "demo")

    assert len(found) < 300
    assert max(len(text) for s in found for _, text in s.labels) <= 80


@pytest.mark.parametrize("text", ["", "not set", "31/31/2026", "N/A"])
def test_what_is_no_date_has_none(text):
    assert read_date(text) is None


def test_a_name_with_spaces_is_no_ups():
    with pytest.raises(ValueError, match="ups: expected a name"):
        Nut(ups="a b")
