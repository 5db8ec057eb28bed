"""Declared services, from a recorded systemd."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.collectors.service_health import ServiceHealth

_UP = "hisops_service_up"


@pytest.fixture
def health(machine):
    """The collector with services of which one runs."""
    machine.files["/run/systemd/system"] = ""
    unit = ServiceHealth()
    unit.services = ("dbus", "broken", "nginx", "apt-daily.timer")
    return unit


def test_a_running_service_is_up_and_a_failed_one_down(health, machine, values):
    found = values(health.read(machine))

    assert (found[_UP, "dbus"], found[_UP, "broken"]) == (1, 0)


def test_a_service_that_is_not_installed_is_down(health, machine, values):
    assert values(health.read(machine))[_UP, "nginx"] == 0


def test_another_kind_of_unit_is_named_with_its_ending(health, machine, values):
    assert values(health.read(machine))[_UP, "apt-daily.timer"] == 1


def test_restarts_by_systemd_are_counted(health, machine, values):
    path = "/org/freedesktop/systemd1/unit/dbus_2eservice"
    machine.bus.properties[f"{path} Service NRestarts"] = 3

    found = values(health.read(machine))

    assert found["hisops_service_restarts_total", "dbus"] == 3
    assert ("hisops_service_restarts_total", "nginx") not in found


def test_a_machine_without_systemd_is_a_failure(health, machine):
    machine.files.clear()

    with pytest.raises(OpsError, match="systemd does not run here"):
        health.read(machine)
