"""Neighbour tables."""

import pytest

from hisops.net import arp

# `ip -json neighbour show`, iproute2 6.1 (Debian 12), addresses and names changed.
_NEIGHBOURS = b"""[{"dst":"10.20.0.1","dev":"eth0","lladdr":"02:FC:00:00:00:05","state":["REACHABLE"]},
{"dst":"10.20.0.9","dev":"eth0","state":["FAILED"]},
{"dst":"10.20.0.8","dev":"eth0","lladdr":"02:fc:00:00:00:08","state":["STALE"]},
{"dst":"fe80::1","dev":"eth0","lladdr":"02:fc:00:00:00:05","router":null,"state":["STALE"]}]"""


def test_neighbours_that_answered_once_are_taken():
    found = arp.parse(_NEIGHBOURS)

    assert [(each.address, each.vars["mac"]) for each in found] == [
        ("10.20.0.1", "02:fc:00:00:00:05"),
        ("10.20.0.8", "02:fc:00:00:00:08"),
    ]


def test_a_host_without_neighbours_has_none():
    assert arp.parse(b"") == []


@pytest.mark.parametrize("text", [b"{", b"{}", b"[1]", b'[{"dst": 1}]'])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        arp.parse(text)


def test_a_routers_table_is_read_and_its_rubbish_left_out():
    mac = bytes.fromhex("02fc00000007")
    rows = [
        ((3, 10, 20, 0, 7), mac),
        ((3, 224, 0, 0, 1), mac),
        ((3, 10, 20, 0, 8), b"\x01"),
        ((3, 10, 20), mac),
        ((3, 10, 20, 0, 999), mac),
        ((3, 10, 20, 0, 9), 5),
    ]

    (found,) = arp.parse_table(rows, "core-1")

    assert found.address == "10.20.0.7"
    assert found.vars == {"mac": "02:fc:00:00:00:07", "router": "core-1"}
