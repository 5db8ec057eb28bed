"""Spellings of ports."""

import pytest

from hisops.net import port


@pytest.mark.parametrize(
    ("names", "canonical"),
    [
        (
            (
                "GigabitEthernet1/0/1",
                "GigabitEthernet1/0/1 Interface",
                "GE1/0/1",
                "Gi1/0/1",
                "gigabitethernet 1/0/1",
            ),
            "ge1/0/1",
        ),
        (("XGigabitEthernet0/0/1", "XGE0/0/1", "10GE0/0/1", "Te0/0/1"), "10ge0/0/1"),
        (("Ten-GigabitEthernet1/0/49", "TenGigabitEthernet 1/0/49"), "10ge1/0/49"),
        (("100GE1/0/1", "HundredGigE1/0/1", "Hu1/0/1"), "100ge1/0/1"),
        (("Ethernet1/7", "Eth1/7"), "eth1/7"),
        (("Eth-Trunk1", "Port-channel1", "Po1", "Bridge-Aggregation1", "Ag1"), "lag1"),
        (("eth0",), "eth0"),
        (("p49",), "p49"),
        (("enp3s0f1",), "enp3s0f1"),
        (("management",), "management"),
        (("",), ""),
    ],
)
def test_spellings_of_one_port_are_one_name(names, canonical):
    assert {port.canonical(name) for name in names} == {canonical}


@pytest.mark.parametrize(
    ("intended", "seen", "same"),
    [
        ("49", "GigabitEthernet1/0/49", True),
        ("0/49", "GE1/0/49", True),
        ("49", "49", True),
        ("9", "GigabitEthernet1/0/49", False),
        ("49", "GigabitEthernet1/0/4", False),
        ("GE1/0/1", "XGE1/0/1", False),
        ("GE1/0/1", "gi1/0/1", True),
        ("", "GE1/0/1", True),
        ("GE1/0/1", "", True),
        ("eth0", "eth1", False),
    ],
)
def test_a_port_of_the_inventory_is_found_again(intended, seen, same):
    assert port.is_same(intended, seen) is same
