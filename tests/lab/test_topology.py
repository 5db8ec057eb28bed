"""A hospital's network in miniature: discovered over LLDP-MIB, then every cable and switch cut in turn."""

import json
import os
import subprocess
import sys

import msgspec
import pytest

from hisops.core.model import Class, Host, Inventory, Link, Name, System
from hisops.net import difference, fabric, proof, sight
from hisops.net.difference import Kind
from tests.lab.topology import COMMUNITY, Topology, Wire
from tests.lab.wait import until

_GROUPS = {
    "core": ("core-1", "core-2"),
    "aggregation": ("agg-1", "agg-2"),
    "access": ("acc-1", "acc-2"),
    "db": ("db-1", "db-2"),
    "device": ("ct-1",),
}
_TRUNKS = [
    Wire("core-1:p1", "core-2:p1"),
    Wire("agg-1:p49", "core-1:p11"),
    Wire("agg-1:p50", "core-2:p11"),
    Wire("agg-2:p49", "core-1:p12"),
    Wire("agg-2:p50", "core-2:p12"),
    Wire("acc-1:p49", "agg-1:p1"),
    Wire("acc-1:p50", "agg-2:p1"),
    Wire("acc-2:p49", "agg-1:p2"),
    Wire("acc-2:p50", "agg-2:p2"),
]
_DROPS = [
    Wire("db-1:eth0", "core-1:p31"),
    Wire("db-1:eth1", "core-2:p31"),
    Wire("db-2:eth0", "core-1:p32"),
    Wire("db-2:eth1", "core-2:p32"),
    Wire("ct-1:eth0", "acc-1:p9"),
]
_WIRES = _TRUNKS + _DROPS
_SWITCHES = [name for group in ("core", "aggregation", "access") for name in _GROUPS[group]]


def _inventory() -> Inventory:
    hosts = {
        name: Host(name=name, address=name, groups=(group,))
        for group, names in _GROUPS.items()
        for name in names
    }
    name = Name(zh="病历", en="Records")
    emr = System(name=name, class_=Class.C1, owner="dba", hosts=("db",))
    links = tuple(Link(a=wire.a, b=wire.b) for wire in _WIRES)
    return Inventory(hosts=hosts, groups=_GROUPS, systems={"emr": emr}, links=links)


INVENTORY = _inventory()
GRAPH = fabric.build(INVENTORY)
NAMES = sight.names_of(INVENTORY)


@pytest.fixture(scope="module")
def lab():
    """The network, with a device that speaks no LLDP."""
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    with Topology(_WIRES, _SWITCHES, mute=["ct-1"]) as lab:
        argv = [
            "ip",
            "netns",
            "exec",
            lab.monitor,
            sys.executable,
            "-m",
            "tests.lab.seer",
            COMMUNITY,
        ]
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, bufsize=1) as lab.seer:
            until(lambda: _is_whole(lab))
            yield lab
            lab.seer.stdin.close()


def _look(lab) -> sight.Sight:
    """What the switches that answer say to the product's own SNMP client."""
    addresses = {name: lab.devices[name].address for name in _SWITCHES}
    lab.seer.stdin.write(json.dumps(addresses) + "\n")
    return msgspec.json.decode(lab.seer.stdout.readline(), type=sight.Sight)


def _compare(lab) -> difference.Comparison:
    return difference.compare(GRAPH, _look(lab), NAMES)


def _found(lab) -> set[tuple[Kind, str]]:
    return {(each.kind, each.link) for each in _compare(lab).differences}


def _is_whole(lab) -> bool:
    return not _compare(lab).differences


def _text(wire: Wire) -> str:
    return f"{wire.a} - {wire.b}"


def test_every_cable_is_discovered_and_the_mute_device_is_unknown(lab):
    found = _compare(lab)

    assert found.differences == []
    assert [cable.text for cable in found.unknown] == ["ct-1:eth0 - acc-1:p9"]
    seen = {frozenset(cable.ends) for cable, note in found.lines if not note}
    assert seen == {frozenset(wire) for wire in _WIRES[:-1]}


def test_the_neighbours_are_those_that_lldpd_itself_tells(lab):
    seen = _look(lab).neighbours
    for name in _SWITCHES:
        argv = ["lldpctl", "-u", f"{lab.devices[name].folder}/lldpd", "-f", "json"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True)
        rows = json.loads(done.stdout)["lldp"]["interface"]
        told = {
            (port, next(iter(row["chassis"])), row["port"]["id"]["value"])
            for each in (rows if isinstance(rows, list) else [rows])
            for port, row in each.items()
        }

        mine = [n for n in seen if n.device == name]

        assert {(n.port, n.neighbor, n.neighbor_port) for n in mine} == told


def test_each_cable_that_is_cut_is_one_difference_more_and_no_other(lab):
    """One after the other without mending: a port needs three seconds to come up again."""
    gone: set[str] = set()
    try:
        for wire in _WIRES[:-1]:
            lab.cut(wire)
            gone.add(_text(wire))
            until(lambda: {link for _, link in _found(lab)} == gone)
        until(lambda: _found(lab) == {(Kind.DOWN, link) for link in gone})
    finally:
        for wire in _WIRES[:-1]:
            lab.mend(wire)
        until(lambda: _is_whole(lab))


@pytest.mark.parametrize("switch", _SWITCHES)
def test_a_switch_without_power_is_the_only_difference(lab, switch):
    lab.switch_off(switch)
    try:
        until(lambda: _found(lab) == {(Kind.SILENT, switch)})
    finally:
        lab.switch_on(switch)
        until(lambda: _is_whole(lab))


def test_an_lldpd_that_hangs_is_told_of_its_own_switch_only(lab):
    mine = {_text(wire) for wire in _TRUNKS if "acc-2" in wire.devices} | {"acc-2"}
    lab.devices["acc-2"].freeze("lldpd")
    try:
        until(lambda: _found(lab))
        assert {link for _, link in _found(lab)} <= mine
    finally:
        lab.devices["acc-2"].thaw("lldpd")
        until(lambda: _is_whole(lab))


def test_what_is_single_after_a_cut_follows_from_what_is_seen(lab):
    wire = Wire("acc-1:p49", "agg-1:p1")
    lab.cut(wire)
    try:
        until(lambda: _found(lab) == {(Kind.DOWN, _text(wire))})
        present = fabric.build(INVENTORY, _compare(lab).present)

        found = proof.prove(INVENTORY, present)

        assert [each.element for each in found] == ["acc-1:p50 - agg-2:p1", "agg-2"]
        assert {each.systems for each in found} == {("emr",)}
    finally:
        lab.mend(wire)
        until(lambda: _is_whole(lab))


def test_a_switch_that_nobody_ordered_is_seen(lab):
    strange = Wire("rogue:p1", "acc-2:p40")
    with lab.extra(strange):
        until(lambda: (Kind.STRANGER, "acc-2:p40 - rogue:p1") in _found(lab))
        assert len(_found(lab)) == 1
    until(lambda: _is_whole(lab))


def test_traffic_finds_its_way_where_the_proof_says_so_and_nowhere_else(lab):
    """Spanning tree is real: what the proof takes for a path is one."""
    lab.give("ct-1", "eth0", "10.214.0.1/24")
    lab.give("db-1", "eth0", "10.214.0.2/24")
    first, second = Wire("acc-1:p49", "agg-1:p1"), Wire("acc-1:p50", "agg-2:p1")
    safe = [Wire("core-1:p1", "core-2:p1"), Wire("agg-1:p49", "core-1:p11"), first]
    until(lambda: lab.reaches("ct-1", "10.214.0.2"))
    for wire in safe:
        lab.cut(wire)
        until(lambda: lab.reaches("ct-1", "10.214.0.2"))
        if wire is not first:
            lab.mend(wire)
    lab.cut(second)
    try:
        until(lambda: not lab.reaches("ct-1", "10.214.0.2"))
        lab.mend(first)
        until(lambda: lab.reaches("ct-1", "10.214.0.2"))
    finally:
        lab.mend(first)
        lab.mend(second)
        until(lambda: _is_whole(lab))
