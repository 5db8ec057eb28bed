"""The shipped sites: real counts, no mistakes."""

from pathlib import Path

import pytest

from hisops.core.model import Class
from hisops.core.site import require, shipped_root
from hisops.io.local import Local
from hisops.workflow import site_check

# hospital.md of the project's notes, section 14.
HOSTS = {
    "hypervisor": 18,
    "physical_db": 10,
    "vm_linux": 96,
    "vm_windows": 88,
    "storage": 6,
    "core": 2,
    "aggregation": 14,
    "access": 186,
    "wlc": 2,
    "ap": 820,
    "firewall": 4,
    "ids": 2,
    "lb": 2,
    "ups": 6,
    "pdu": 48,
    "genset": 2,
    "ats": 2,
    "sensors": 64,
    "modality": 58,
    "analyser": 92,
    "monitor_gateway": 12,
    "workstation": 2600,
    "printer": 460,
    "printer_label": 180,
    "kiosk": 80,
    "nvr": 4,
}
SYSTEMS = {Class.C1: 7, Class.C2: 15, Class.C3: 6, Class.C4: 1}
PEOPLE = {
    "sysadmin": 4,
    "network": 3,
    "dba": 2,
    "security": 2,
    "service-desk": 9,
    "integration": 3,
    "lead": 1,
}


@pytest.fixture(scope="module")
def inventory():
    return require(Local(), shipped_root()).inventory


@pytest.mark.parametrize("folder", ["", "local"], ids=["reference", "local"])
def test_a_shipped_site_has_no_mistakes(folder):
    found = site_check.report(Local(), str(Path(shipped_root(), folder)))

    assert [(told.place, told.cause) for told in found.problems] == []


@pytest.mark.parametrize(("group", "count"), HOSTS.items(), ids=HOSTS.keys())
def test_the_hospital_has_its_real_size(inventory, group, count):
    assert len(inventory.groups[group]) == count


def test_there_are_29_systems_in_their_classes(inventory):
    classes = [system.class_ for system in inventory.systems.values()]

    assert {each: classes.count(each) for each in Class} == SYSTEMS
    assert len({system.vendor for system in inventory.systems.values() if system.vendor}) == 21


def test_teams_have_their_people(inventory):
    assert {name: len(team.members) for name, team in inventory.teams.items()} == PEOPLE
    assert {person.email.partition("@")[2] for person in inventory.people.values()} == {
        "hospital.example"
    }


def test_there_are_14_zones_and_medical_devices_are_never_scanned(inventory):
    assert len(inventory.zones) == 14
    assert {z.probe for name, z in inventory.zones.items() if name.startswith("meddev")} <= {
        "allow-list",
        "never",
    }


@pytest.mark.parametrize("group", ["aggregation", "access"])
def test_every_switch_has_two_ways_up(inventory, group):
    switches = set(inventory.groups[group])
    above = {"aggregation": "core", "access": "aggregation"}[group]
    ways: dict[str, set[str]] = {name: set() for name in switches}
    for link in inventory.links:
        a, b = link.a.partition(":")[0], link.b.partition(":")[0]
        if a in switches and b in inventory.groups[above]:
            ways[a].add(b)

    assert {name for name, tops in ways.items() if len(tops) != 2} == set()
