"""The graph: who forwards, and how ends are connected."""

from hisops.core.model import Host, Link
from hisops.net import fabric
from hisops.net.fabric import Role
from tests.net.hospital import inventory


def test_the_innermost_group_with_a_telling_name_says_the_role():
    host = Host(name="a", address="", groups=("network", "core", "rack-1"))

    assert fabric.role_of(host) is Role.CORE


def test_the_variable_says_it_better():
    host = Host(name="a", address="", groups=("core",), vars={"net_role": "gateway"})

    assert fabric.role_of(host) is Role.GATEWAY


def test_a_server_with_two_ports_is_no_way_through():
    graph = fabric.build(inventory())

    assert "db-1" not in graph.switches
    assert {drop.switch for drop in graph.drops["db-1"]} == {"core-1", "core-2"}


def test_a_virtual_machine_has_the_ways_of_all_its_hypervisors():
    site = inventory(without=["app-1:eth0"], variables={"app-1": {"runs_on": "db"}})

    assert len(fabric.build(site).drops["app-1"]) == 4


def test_a_virtual_machine_on_hypervisors_without_cables_is_not_known():
    gone = ["app-1:eth0", "prn-1:eth0"]
    site = inventory(without=gone, variables={"app-1": {"runs_on": ["prn-1"]}})

    assert "app-1" not in fabric.build(site).drops


def test_a_power_cable_carries_no_packets():
    site = inventory(extra=[Link(a="prn-1:psu", b="acc-2:psu", kind="power")])

    assert len(fabric.build(site).cables) == 18
