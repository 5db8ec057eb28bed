"""Watchdog timers."""

from hisops.monitor.collectors.watchdog import Watchdog


def test_tells_times_and_state(recorded, values):
    words = ("0x8380", "iTCO_wdt", "active", "0x8000", "")

    assert values(Watchdog().read(recorded("watchdog"))) == {
        ("node_watchdog_bootstatus", "watchdog0"): 1,
        ("node_watchdog_timeleft_seconds", "watchdog0"): 27,
        ("node_watchdog_timeout_seconds", "watchdog0"): 30,
        ("node_watchdog_info", "watchdog0", *words): 1,
    }
