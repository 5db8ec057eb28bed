"""Zones: who stands for one, and the ways between them."""

import pytest
import yaml

from hisops.core.errors import OpsError
from hisops.core.model import Host, Inventory, Zone
from hisops.net import zone
from hisops.net.zone import Cell, Figure

_ZONES = {
    "db": Zone(networks=("10.30.0.0/24",)),
    "app": Zone(networks=("10.20.0.0/22", "2001:db8::/64")),
    "meddev": Zone(networks=("10.200.0.0/23",), probe="allow-list", allow=("ct-1", "mr-1")),
    "monitor": Zone(networks=("10.210.0.0/22",), probe="never", allow=("gw-1",)),
    "inner": Zone(networks=("10.20.1.0/28",), probe="never"),
}


def _inventory(**anchors: bool) -> Inventory:
    addresses = {
        "db-1": "10.30.0.1",
        "db-2": "10.30.0.2",
        "app-1": "10.20.0.1",
        "ct-1": "10.200.0.1",
        "gw-2": "10.210.0.2",
        "named": "named.example",
    }
    hosts = {
        name: Host(
            name=name,
            address=address,
            vars={"zone_anchor": True} if anchors.get(name.replace("-", "_")) else {},
        )
        for name, address in addresses.items()
    }
    return Inventory(hosts=hosts, zones=_ZONES)


@pytest.mark.parametrize(
    ("address", "name", "is_open"),
    [
        ("10.30.0.9", "db", True),
        ("2001:db8::7", "app", True),
        ("10.200.0.1", "meddev", False),
        ("10.210.0.1", "monitor", False),
        ("10.20.1.3", "inner", False),
        ("192.0.2.1", "", False),
        ("name.example", "", False),
    ],
)
def test_only_addresses_of_an_open_zone_are_open(address, name, is_open):
    zones = zone.Zones(_ZONES)

    assert (zones.of(address), zones.is_open(address)) == (name, is_open)


def test_the_first_host_with_an_address_stands_for_an_open_zone():
    assert zone.anchors(_inventory()) == {"db": "db-1", "app": "app-1"}


def test_a_host_that_says_so_stands_for_its_zone():
    assert zone.anchors(_inventory(db_2=True))["db"] == "db-2"


def test_a_medical_device_stands_for_its_zone_only_when_it_is_named():
    assert "meddev" not in zone.anchors(_inventory())
    assert zone.anchors(_inventory(ct_1=True))["meddev"] == "ct-1"


def test_a_host_outside_of_the_allow_list_never_does():
    assert "monitor" not in zone.anchors(_inventory(gw_2=True))


def test_the_probes_ask_each_anchor_and_say_from_where():
    found = yaml.safe_load(zone.render_probes(_inventory(), "mgmt"))

    (entry,) = found["targets"]
    assert entry["hosts"] == ["app-1", "db-1"]
    assert entry["labels"] == {"from_zone": "mgmt"}
    assert found["modules"]["zone_icmp"]["probe"] == "icmp"


def test_a_site_without_an_anchor_is_told_to_name_one():
    with pytest.raises(OpsError) as problem:
        zone.render_probes(Inventory(), "mgmt")

    assert "zone_anchor" in problem.value.fix


def test_the_matrix_has_a_cell_for_each_way_also_when_nothing_comes_back():
    dark = {"from_zone": "mgmt", "zone": "db", "instance": "db-1"}
    fine = {"from_zone": "mgmt", "zone": "app", "instance": "app-1"}

    found = zone.matrix(
        [Figure(dark, 1.0), Figure(fine, 0.0)], [Figure(fine, 0.0004)], [Figure(fine, 0.0003)]
    )

    assert found == [
        Cell(from_zone="mgmt", zone="app", anchor="app-1", loss_percent=0.0, round_trip_ms=0.4, day_ms=0.3),
        Cell(from_zone="mgmt", zone="db", anchor="db-1", loss_percent=100.0, round_trip_ms=None, day_ms=None),
    ]  # fmt: skip
