"""Sensors of the mainboard."""

import pytest

from hisops.monitor.collectors.hwmon import Hwmon, Part, clean, split, unit

CORE, BOARD, METER = "platform_coretemp_0", "platform_nct6775_656", "lnxsystm:00_acpi000d:00"


@pytest.fixture
def found(recorded, values):
    return values(Hwmon().read(recorded("hwmon")))


def test_a_chip_is_named_by_bus_and_device_and_tells_its_own_name(found):
    assert found["node_hwmon_chip_names", CORE, "coretemp"] == 1
    assert found["node_hwmon_chip_names", "acpitz", "acpitz"] == 1


def test_temperatures_fans_and_voltages_are_in_plain_units(found):
    assert found["node_hwmon_temp_celsius", CORE, "temp1"] == 54.5
    assert found["node_hwmon_temp_crit_celsius", CORE, "temp1"] == 100
    assert found["node_hwmon_sensor_label", CORE, "Package id 0", "temp1"] == 1
    assert found["node_hwmon_fan_rpm", BOARD, "fan1"] == 1098
    assert found["node_hwmon_fan_fault", BOARD, "fan2"] == 1
    assert found["node_hwmon_in_volts", BOARD, "in0"] == 0.792


def test_files_in_the_folder_of_the_device_belong_to_the_chip(found):
    assert found["node_hwmon_power_average_watt", METER, "power1"] == 348


def test_a_text_where_a_number_is_expected_is_left_out(found):
    assert "node_hwmon_power_accuracy" not in {name for name, *_ in found}


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("temp1_input", Part("temp", "temp1", "input")),
        ("pwm1", Part("pwm", "pwm1", "")),
        ("pwm1_auto_point1_pwm", Part("pwm", "pwm1", "auto_point1_pwm")),
        ("beep_enable", Part("beep_enable", "beep_enable0", "")),
        ("power", None),
        ("uevent", None),
        ("driver_override", None),
    ],
)
def test_a_file_name_is_taken_apart(file, part):
    assert split(file) == part


@pytest.mark.parametrize(
    ("file", "name", "kind"),
    [
        ("energy1_input", "node_hwmon_energy_joule_total", "counter"),
        ("fan1_target", "node_hwmon_fan_target_rpm", "gauge"),
        ("fan1_beep", "node_hwmon_fan_beep_enabled", "gauge"),
        ("temp1_type", "node_hwmon_temp_type", "gauge"),
        ("temp1_crit_alarm", "node_hwmon_temp_crit_alarm_celsius", "gauge"),
        ("vrm", "node_hwmon_voltage_regulator_version", "gauge"),
    ],
)
def test_a_series_is_named_as_by_node_exporter(file, name, kind):
    family, _ = unit(split(file), has_plain=False)

    assert (family.name, family.kind) == (name, kind)


def test_a_chip_name_keeps_only_plain_letters():
    assert clean("Nvme-PCI 0100\n") == "nvme_pci_0100"
