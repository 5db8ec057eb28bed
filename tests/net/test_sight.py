"""Who is who, and what stands in files and series."""

import msgspec
import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Host, Inventory
from hisops.net import sight
from hisops.net.sight import Neighbour, Sight

_HOSTS = {
    "core-1.dc": Host(
        name="core-1.dc", address="10.0.0.1", vars={"chassis_mac": "00-E0-FC-12-34-56"}
    ),
    "acc-1": Host(name="acc-1", address="10.0.0.2"),
}
_NAMES = sight.names_of(Inventory(hosts=_HOSTS))


@pytest.mark.parametrize(
    "word",
    [
        "core-1.dc",
        "CORE-1",
        "core-1.hospital.example",
        "10.0.0.1",
        "00e0.fc12.3456",
        "00:e0:fc:12:34:56",
    ],
)
def test_a_device_is_found_by_each_of_its_names(word):
    assert _NAMES.find(word) == "core-1.dc"


def test_the_chassis_says_more_than_the_name():
    seen = Neighbour(device="acc-1", port="1", neighbor="acc-1", chassis="00:e0:fc:12:34:56")

    assert _NAMES.of(seen) == "core-1.dc"


@pytest.mark.parametrize("word", ["", "HUAWEI", "00:00:00:00:00:01", "10.0.0.9"])
def test_a_device_of_no_known_name_is_a_stranger(word):
    assert _NAMES.find(word) == ""


def test_a_short_name_that_two_hosts_share_is_nobodys():
    hosts = {name: Host(name=name, address="") for name in ("sw.a", "sw.b")}

    assert sight.names_of(Inventory(hosts=hosts)).find("sw") == ""


def test_a_page_of_series_is_read():
    page = """\
hisops_lldp_neighbor_info{instance="acc-1",local_port="GE0/0/1",neighbor="core-1",neighbor_port="GE1/0/1"} 1
ifOperStatus{instance="acc-1",ifName="GE0/0/2"} 2
ifOperStatus{instance="acc-2",ifName="GE0/0/2"} 1
"""

    found = sight.from_text(page, "page")

    assert found.asked == ("acc-1", "acc-2")
    assert found.down == ("acc-1:GE0/0/2",)
    assert found.neighbours[0].neighbor_port == "GE1/0/1"


@pytest.mark.parametrize(
    ("identifier", "description", "port"),
    [
        ("GE1/0/1", "to the cellar", "GE1/0/1"),
        ("0xE2C277FDB6FF", "eth0", "eth0"),
        ("e2:c2:77:fd:b6:ff", "eth0", "eth0"),
        ("", "GigabitEthernet1/0/1 Interface", "GigabitEthernet1/0/1 Interface"),
        ("e2:c2:77:fd:b6:ff", "", "e2:c2:77:fd:b6:ff"),
    ],
)
def test_a_port_is_called_by_its_identifier_where_that_is_a_name(identifier, description, port):
    labels = {
        "__name__": sight.SERIES,
        "instance": "acc-1",
        "neighbor_port": description,
        "neighbor_port_id": identifier,
        "neighbor_id": "0x00E0FC123456",
    }

    (found,) = sight.from_series([(labels, 1.0)]).neighbours

    assert found.neighbor_port == port
    assert _NAMES.of(found) == "core-1.dc"


def test_what_topology_prints_is_read_again():
    wish = Sight(asked=("a",), neighbours=(Neighbour(device="a", port="1", neighbor="b"),))

    assert sight.from_text(msgspec.json.encode(wish).decode(), "file") == wish


@pytest.mark.parametrize("text", ["", "{", '{"asked": 1}', "{}", "no series", '{"asked": []}'])
def test_anything_else_is_refused_with_the_name_of_the_file(text):
    with pytest.raises(OpsError) as problem:
        sight.from_text(text, "seen.json")

    assert problem.value.cause.startswith("seen.json: ")
    assert problem.value.code is Exit.USAGE


@pytest.mark.parametrize(
    ("bits", "words"),
    [("", ()), (" ", ("bridge",)), ("(", ("bridge", "router")), ("14:00", ("wlan", "telephone"))],
)
def test_what_a_neighbour_does_is_read_from_its_bits(bits, words):
    labels = {"__name__": sight.SERIES, "instance": "acc-1", "neighbor_bits": bits}

    (found,) = sight.from_series([(labels, 1.0)]).neighbours

    assert found.capabilities == words
