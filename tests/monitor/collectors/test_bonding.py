"""Bundled links."""

from hisops.monitor.collectors.bonding import Bonding


def test_counts_links_and_those_that_are_up(recorded, values):
    assert values(Bonding().read(recorded("bonding"))) == {
        ("node_bonding_slaves", "bond0"): 2,
        ("node_bonding_active", "bond0"): 1,
        ("node_bonding_slaves", "bond1"): 0,
        ("node_bonding_active", "bond1"): 0,
    }


def test_a_bundle_of_an_old_kernel_is_understood(machine, values):
    folder = "/sys/class/net"
    machine.files = {
        f"{folder}/bonding_masters": "bond0\n",
        f"{folder}/bond0/bonding/slaves": "eth1\n",
        f"{folder}/bond0/slave_eth1/bonding_slave/mii_status": "up\n",
    }

    assert values(Bonding().read(machine))["node_bonding_active", "bond0"] == 1
