"""Time, zone and clock source."""

from hisops.monitor.collectors.clock import Clock


def test_tells_time_zone_and_source(machine, values):
    # Linux 6.18, Debian 12, /sys/devices/system/clocksource
    folder = "/sys/devices/system/clocksource/clocksource0"
    machine.files[f"{folder}/available_clocksource"] = "kvm-clock tsc \n"
    machine.files[f"{folder}/current_clocksource"] = "kvm-clock\n"

    assert values(Clock().read(machine)) == {
        ("node_time_seconds",): machine.clock,
        ("node_time_zone_offset_seconds", "CST"): 28800,
        ("node_time_clocksource_available_info", "kvm-clock", "0"): 1,
        ("node_time_clocksource_available_info", "tsc", "0"): 1,
        ("node_time_clocksource_current_info", "kvm-clock", "0"): 1,
    }
