"""Scrape targets from the inventory."""

import json

import msgspec
import pytest

from hisops.core.model import Class, Host, Inventory, Name, System, Zone
from hisops.core.settings import Listen, Settings
from hisops.monitor import targets

SETTINGS = Settings(name="First Hospital")


def _by_instance(inventory: Inventory) -> dict[str, targets.Target]:
    found = targets.list_targets(inventory, SETTINGS)
    return {target.labels["instance"]: target for target in found}


def test_a_host_with_an_agent_carries_the_labels_of_its_most_critical_system(inventory):
    target = _by_instance(inventory)["db1"]

    assert target.address == "10.30.0.1:9100"
    assert target.labels == {
        "job": "agent",
        "instance": "db1",
        "system": "his",
        "class": "C1",
        "tier": "1",
        "team": "dba",
        "zone": "db",
    }


def test_the_tier_of_a_system_comes_before_its_class(inventory):
    found = _by_instance(inventory)

    assert (found["core1"].tier, found["core1"].labels["system"]) == (0, "core-net")
    assert (found["oa1"].tier, found["oa1"].labels["class"]) == (3, "C3")


def test_a_host_without_an_agent_is_no_target(inventory):
    assert "printer1" not in _by_instance(inventory)


def test_a_host_of_no_system_is_measured_as_class_c3_and_belongs_to_the_first_team(inventory):
    lonely = msgspec.structs.replace(inventory, systems={})

    target = _by_instance(lonely)["db1"]

    assert target.tier == 3
    assert target.labels["team"] == "sysadmin"
    assert "system" not in target.labels


def test_nothing_is_sent_into_a_zone_that_forbids_it_unless_the_host_is_allowed(inventory):
    found = _by_instance(inventory)

    assert "ct1" in found
    assert "mr1" not in found
    assert [each.host for each in targets.list_unmeasured(inventory)] == ["mr1"]


def test_a_zone_that_is_never_probed_hides_its_hosts(inventory):
    zones = {"meddev": Zone(networks=("10.200.0.0/16",), probe="never")}

    found = _by_instance(msgspec.structs.replace(inventory, zones=zones))

    assert not {"ct1", "mr1"} & set(found)


def test_the_named_zone_of_a_host_wins_over_its_address(inventory):
    hosts = {"a": Host(name="a", address="10.20.0.5", vars={"agent_port": 1, "zone": "db"})}

    found = _by_instance(msgspec.structs.replace(inventory, hosts=hosts))

    assert found["a"].labels["zone"] == "db"


def test_the_smaller_of_two_networks_decides_the_zone(inventory):
    zones = {"wide": Zone(networks=("10.0.0.0/8",)), "db": Zone(networks=("10.30.0.0/24",))}

    found = _by_instance(msgspec.structs.replace(inventory, zones=zones))

    assert (found["db1"].labels["zone"], found["oa1"].labels["zone"]) == ("db", "wide")


def test_prometheus_and_the_engine_are_measured_too(inventory):
    found = {t.labels["job"]: t for t in targets.list_targets(inventory, SETTINGS)}

    assert found["prometheus"].group == "tier-1-local"
    assert found["engine"].group == "tier-0-local"
    assert found["engine"].labels["team"] == "sysadmin"


def test_the_embedded_agent_is_measured_once(inventory):
    local = {"here": Host(name="here", address="127.0.0.1", vars={"agent_port": 19100})}

    with_host = targets.list_targets(msgspec.structs.replace(inventory, hosts=local), SETTINGS)
    without = targets.list_targets(msgspec.structs.replace(inventory, hosts={}), SETTINGS)

    agents = [t.labels["instance"] for t in with_host if t.labels["job"] == "agent"]
    assert agents == ["here"]
    agents = [t.labels["instance"] for t in without if t.labels["job"] == "agent"]
    assert agents == ["First Hospital"]


def test_the_owner_of_hisops_is_the_team_of_last_resort(inventory):
    own = System(name=Name(zh="运维", en="Operations"), class_=Class.C1, owner="network")
    systems = {**inventory.systems, "hisops": own}

    assert targets.home_team(msgspec.structs.replace(inventory, systems=systems)) == "network"
    assert targets.home_team(inventory) == "sysadmin"


def test_an_ipv6_address_stands_in_brackets():
    hosts = {"a": Host(name="a", address="2001:db8::1", vars={"agent_port": "9100"})}

    found = targets.list_targets(Inventory(hosts=hosts), SETTINGS)

    assert found[0].address == "[2001:db8::1]:9100"


def test_a_host_whose_port_is_none_is_not_measured():
    hosts = {"a": Host(name="a", address="10.0.0.1", vars={"agent_port": "http"})}

    found = targets.list_targets(Inventory(hosts=hosts), SETTINGS)

    assert not [target for target in found if target.address.startswith("10.0.0.1")]


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("127.0.0.1:1", True),
        ("127.1.2.3:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("10.0.0.1:1", False),
        ("127.example.org:1", False),
        ("localhost.example.org:1", False),
        ("0.0.0.0:1", False),
    ],
)
def test_only_this_machine_is_spared_tls(address, is_local):
    assert targets.is_loopback(address) is is_local


def test_loopback_and_remote_targets_are_in_files_of_their_own(inventory):
    files = targets.render(targets.list_targets(inventory, SETTINGS))

    assert sorted(files) == ["tier-0", "tier-0-local", "tier-1", "tier-1-local", "tier-2", "tier-3"]
    assert json.loads(files["tier-2"]) == [
        {
            "targets": ["10.200.0.1:9100"],
            "labels": {
                "job": "agent",
                "instance": "ct1",
                "system": "imaging",
                "class": "C2",
                "tier": "2",
                "team": "sysadmin",
                "zone": "meddev",
            },
        }
    ]


def test_the_same_inventory_renders_to_the_same_bytes(inventory):
    first = targets.render(targets.list_targets(inventory, SETTINGS))
    hosts = dict(reversed(inventory.hosts.items()))

    again = targets.render(
        targets.list_targets(msgspec.structs.replace(inventory, hosts=hosts), SETTINGS)
    )

    assert first == again


def test_an_address_beyond_loopback_is_not_local():
    assert targets.is_loopback(Listen(listen="127.0.0.1:1").listen)
    assert not targets.is_loopback("10.0.0.1:9100")
    assert not targets.is_loopback("localhost.example:9100")
