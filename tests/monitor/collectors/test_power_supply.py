"""Batteries and supplies."""

from hisops.monitor.collectors.power_supply import PowerSupply


def test_tells_charge_power_and_temperature_in_plain_units(recorded, values):
    found = values(PowerSupply().read(recorded("power_supply")))

    assert found["node_power_supply_online", "AC"] == 0
    assert found["node_power_supply_capacity", "BAT0"] == 81
    assert found["node_power_supply_power_watt", "BAT0"] == 4.83
    assert found["node_power_supply_temp_celsius", "BAT0"] == 31.5
    assert found["node_power_supply_time_to_empty_seconds", "BAT0"] == 36000
    assert found["node_power_supply_info", "AC", "Mains"] == 1


def test_a_supply_that_changes_its_state_shows_it_at_once(machine):
    collector = PowerSupply()
    for state in ("Charging", "Discharging"):
        machine.files["/sys/class/power_supply/BAT0/status"] = f"{state}\n"

        (sample,) = collector.read(machine).samples()

        assert dict(sample.labels)["status"] == state
