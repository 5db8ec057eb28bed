"""systemd of a booted Debian host: the agent beside the installed node_exporter."""

import os
import signal
import subprocess

import pytest

from tests.lab.host import Host
from tests.lab.network import namespace
from tests.lab.wait import until
from tests.real.agent.conftest import free_port, wait_for
from tests.real.agent.test_agent_trouble import timed
from tests.real.agent.test_agent_values import fetch, node_families, series

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="booting hosts needs root"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def host():
    with namespace() as network, Host(network=network) as host:
        yield host


@pytest.fixture
def exporter(host):
    """Address of a node_exporter that asks the host's bus."""
    port = free_port()
    argv = ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.systemd"]
    bus = f"unix:path=/proc/{host.leader}/root/run/dbus/system_bus_socket"
    child = subprocess.Popen(
        [*argv, f"--web.listen-address=127.0.0.1:{port}"],
        stderr=subprocess.DEVNULL,
        env={"DBUS_SYSTEM_BUS_ADDRESS": bus},
    )
    try:
        wait_for(port, child)
        yield f"http://127.0.0.1:{port}/metrics"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(10)


@pytest.fixture
def agent(host, start):
    """An agent that sees the host as its own machine."""
    return start(root=f"/proc/{host.leader}/root")


def state(agent, name: str) -> str:
    """The state that the page shows for a unit."""
    page = series(agent.page(), {"node_systemd_unit_state"})
    found = [dict(labels) for (_, labels), value in page.items() if value == 1]
    return next((row["state"] for row in found if row["name"] == name), "")


def test_units_timers_and_sockets_are_those_of_node_exporter(agent, exporter):
    theirs = fetch(exporter)
    ours = agent.page()

    wanted = node_families(theirs)
    served = {k: v for k, v in node_families(ours).items() if k.startswith("node_systemd_")}
    expected = series(theirs, set(wanted))
    assert served == wanted
    assert len(expected) > 300
    assert series(ours, set(served)) == pytest.approx(expected, rel=1e-9)


def test_a_unit_that_fails_and_is_repaired_is_seen_at_the_next_scrape(host, agent):
    host.run(["systemd-run", "--quiet", "--unit=ward", "sleep", "infinity"])
    until(lambda: state(agent, "ward.service") == "active")

    host.run(["systemctl", "kill", "-s", "KILL", "ward.service"])
    until(lambda: state(agent, "ward.service") == "failed")
    degraded = series(agent.page(), {"node_systemd_system_running"})
    host.run(["systemctl", "reset-failed", "ward.service"])

    until(lambda: state(agent, "ward.service") == "")
    assert set(degraded.values()) == {0.0}


def test_a_declared_service_is_up_until_it_ends(host, start):
    agent = start(root=f"/proc/{host.leader}/root", services="his lis")
    host.run(["systemd-run", "--quiet", "--unit=his", "--property=Restart=always", "sleep", "1000"])

    def up(name: str) -> float:
        found = series(agent.page(), {"hisops_service_up"})
        return found["hisops_service_up", (("service", name),)]

    until(lambda: up("his") == 1)
    missing = up("lis")
    host.run(["systemctl", "kill", "-s", "KILL", "his.service"])
    restarts = ("hisops_service_restarts_total", (("service", "his"),))
    until(lambda: series(agent.page(), {restarts[0]}).get(restarts) == 1)
    host.run(["systemctl", "stop", "his.service"])

    until(lambda: up("his") == 0)
    assert missing == 0


def test_a_bus_that_hangs_costs_its_collector_only(host, agent):
    bus = next(pid for pid, line in host.processes().items() if "dbus-daemon" in line)
    agent.page()
    host.succeed(["sh", "-c", f"kill -STOP {bus}"])
    try:
        hung = [timed(agent) for _ in range(3)]
    finally:
        host.succeed(["sh", "-c", f"kill -CONT {bus}"])

    for seconds, found in hung:
        assert seconds < 5  # the bus hangs for ever
        assert found["node_scrape_collector_success", "systemd"] == 0
        assert found["node_scrape_collector_success", "stat"] == 1
    until(lambda: timed(agent)[1]["node_scrape_collector_success", "systemd"] == 1, 20)


def test_a_bus_that_is_restarted_is_asked_again(host, agent):
    assert state(agent, "dbus.service") == "active"

    host.succeed(["systemctl", "restart", "dbus.service"])

    until(lambda: state(agent, "dbus.service") == "active", 20)
