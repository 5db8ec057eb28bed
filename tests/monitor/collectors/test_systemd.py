"""Units of systemd, from a recorded bus."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.collectors.systemd import Systemd

_BOOTED = "/run/systemd/system"


@pytest.fixture
def booted(machine):
    """A machine that systemd started."""
    machine.files[_BOOTED] = ""
    return machine


def test_a_unit_has_a_1_for_its_own_state_only(booted, values):
    found = values(Systemd().read(booted))

    states = {key[2]: n for key, n in found.items() if key[:2] == (_STATE, "broken.service")}
    assert states == {
        "active": 0, "activating": 0, "deactivating": 0, "failed": 1, "inactive": 0,
    }  # fmt: skip
    assert found[_STATE, "dbus.service", "active", "notify"] == 1


def test_a_unit_without_a_file_is_counted_and_not_listed(booted, values):
    found = values(Systemd().read(booted))

    assert found["node_systemd_units", "inactive"] == 5
    assert not [key for key in found if "auditd.service" in key]


def test_mounts_slices_and_targets_are_not_listed(booted, values):
    found = values(Systemd().read(booted))

    assert {key[1].rpartition(".")[2] for key in found if key[0] == _STATE} == {
        "service", "socket", "timer",
    }  # fmt: skip


def test_a_failed_unit_means_that_the_system_does_not_run_well(booted, values):
    before = values(Systemd().read(booted))
    booted.bus.properties["/org/freedesktop/systemd1 Manager SystemState"] = "running"

    after = values(Systemd().read(booted))

    assert before["node_systemd_system_running",] == 0
    assert after["node_systemd_system_running",] == 1


def test_the_version_is_a_number_and_a_word(booted, values):
    found = values(Systemd().read(booted))

    assert found["node_systemd_version", "252.39-1~deb12u2"] == 252.39


def test_a_timer_tells_when_it_last_ran(booted, values):
    path = "/org/freedesktop/systemd1/unit/apt_2ddaily_2etimer"
    booted.bus.properties[f"{path} Timer LastTriggerUSec"] = 1_800_000_000_500_000

    found = values(Systemd().read(booted))

    assert found["node_systemd_timer_last_trigger_seconds", "apt-daily.timer"] == 1_800_000_000.5


def test_a_property_that_is_refused_costs_its_own_series(booted, values):
    path = "/org/freedesktop/systemd1/unit/dbus_2esocket"
    del booted.bus.properties[f"{path} Socket NRefused"]

    found = values(Systemd().read(booted))

    assert ("node_systemd_socket_refused_connections_total", "dbus.socket") not in found
    assert found["node_systemd_socket_accepted_connections_total", "dbus.socket"] == 0


def test_the_kind_of_a_unit_is_asked_once_in_ten_minutes(booted):
    unit = Systemd()

    def kinds_asked() -> int:
        booted.bus.asked.clear()
        unit.read(booted)
        return sum("Type" in call.arguments for call in booted.bus.asked)

    first, second = kinds_asked(), kinds_asked()
    booted.clock += 601

    assert (first > 0, second, kinds_asked()) == (True, 0, first)


def test_another_first_process_is_no_failure(machine):
    assert Systemd().read(machine).samples() == []
    assert machine.bus.asked == []


def test_an_answer_that_is_no_list_of_units_is_told(booted):
    booted.bus.units = [("x",)]

    with pytest.raises(OpsError, match="no unit"):
        Systemd().read(booted)


_STATE = "node_systemd_unit_state"
