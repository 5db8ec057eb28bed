"""ipmitool against ipmi_sim of OpenIPMI: sensors, event log, chassis, and what can go wrong."""

import socket

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.ipmi import Ipmi
from tests.real.hardware import bmc, child


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with bmc.running(tmp_path_factory.mktemp("bmc")) as made:
        yield made


@pytest.fixture
def ask(simulator, probe, series, tmp_path):
    def run(port=0, password="right", **options):
        (tmp_path / "password").write_text(password)
        (tmp_path / "password").chmod(0o600)
        secret = Secret(f"file:{tmp_path / 'password'}")
        # The simulator knows no cipher suite 17, which ipmitool tries first.
        unit = Ipmi(**{"user": "hisops", "password": secret, "cipher": 3} | options)
        outcome = probe(unit, f"127.0.0.1:{port or simulator[1]}")
        return outcome, series(outcome)

    return run


def test_sensors_event_log_and_chassis_are_read_in_one_session(ask):
    outcome, values = ask()

    assert outcome.success, outcome.cause
    assert values['ipmi_temperature_celsius{id="48",name="Inlet Temp"}'] == 25
    assert values['ipmi_fan_speed_rpm{id="49",name="Fan1"}'] == 6200
    assert values['ipmi_power_watts{id="51",name="Pwr Consumption"}'] == 210
    assert values['hisops_component_health{component="Inlet Temp",kind="sensor"}'] == 0
    assert values["ipmi_sel_logs_count"] == 1
    assert values["ipmi_chassis_power_state"] == 0
    assert [name for name in values if "Upper Critical going high" in name]


@pytest.mark.parametrize(("celsius", "health"), [(65, 1), (75, 2)])
def test_a_hot_inlet_is_warning_and_then_critical(tmp_path, ask, celsius, health):
    with bmc.running(tmp_path, celsius) as (_, port):
        _, values = ask(port)

    assert values['hisops_component_health{component="Inlet Temp",kind="sensor"}'] == health
    assert values['ipmi_temperature_state{id="48",name="Inlet Temp"}'] == health


def test_a_wrong_password_is_told_and_not_repeated(ask):
    outcome, values = ask(password="guessed", timeout=Duration(10))

    assert not outcome.success
    assert "session" in outcome.cause
    assert "guessed" not in outcome.cause
    assert values['ipmi_up{collector="ipmi"}'] == 0


def test_a_frozen_bmc_costs_its_time_out(simulator, ask):
    with child.frozen(simulator[0]):
        outcome, _ = ask(timeout=Duration(1))

    assert not outcome.success
    assert outcome.cause


def test_a_port_where_nobody_listens_is_told(ask):
    outcome, _ = ask(child.free_port(socket.SOCK_DGRAM), timeout=Duration(1))

    assert (outcome.success, outcome.cause) == (False, "no answer within 1 s")
