"""Neighbours."""

from hisops.monitor.collectors.arp import Arp, parse


def test_counts_neighbours_by_interface(recorded, values):
    assert values(Arp().read(recorded("arp"))) == {
        ("node_arp_entries", "eth0"): 2,
        ("node_arp_entries", "bond0"): 1,
    }


def test_a_machine_without_neighbours_has_no_series():
    assert parse("IP address       HW type     Flags\n").samples() == []
