"""Temperatures and throttling."""

from hisops.monitor.collectors.thermal_zone import ThermalZone


def test_tells_degrees_and_cooling(recorded, values):
    assert values(ThermalZone().read(recorded("thermal_zone"))) == {
        ("node_thermal_zone_temp", "0", "acpitz"): 27.8,
        ("node_thermal_zone_temp", "1", "x86_pkg_temp"): -4,
        ("node_cooling_device_cur_state", "0", "Processor"): 2,
        ("node_cooling_device_max_state", "0", "Processor"): 10,
    }


def test_a_zone_that_cannot_be_read_at_the_moment_costs_only_itself(machine, values):
    machine.files = {
        "/sys/class/thermal/thermal_zone0/type": "iwlwifi\n",
        "/sys/class/thermal/thermal_zone1/type": "acpitz\n",
        "/sys/class/thermal/thermal_zone1/temp": "30000\n",
    }

    found = values(ThermalZone().read(machine))

    assert found == {("node_thermal_zone_temp", "1", "acpitz"): 30}
