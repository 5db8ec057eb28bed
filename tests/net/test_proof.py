"""Which failures cut what."""

import msgspec
import pytest

from hisops.core.model import Class, Link
from hisops.net import fabric, proof
from hisops.net.proof import Cut, Lost, State
from hisops.net.world import Kind
from tests.net.hospital import inventory, system


def _prove(site):
    return proof.prove(site, fabric.build(site))


def _verdicts(site):
    graph = fabric.build(site)
    found = proof.conclude(site, graph, proof.prove(site, graph))
    return {each.system: each for each in found.verdicts}


def test_a_network_with_two_of_everything_is_proven():
    assert _prove(inventory()) == []
    assert {each.state for each in _verdicts(inventory()).values()} == {State.PROVEN}


@pytest.mark.parametrize(
    ("cable", "elements"),
    [
        ("acc-1:49", ["acc-1:50 - agg-2:1", "agg-2"]),
        ("agg-1:49", []),
        ("core-1:1", []),
        ("db-1:eth0", []),
    ],
)
def test_what_is_single_after_one_cable_was_lost(cable, elements):
    found = _prove(inventory(without=[cable]))

    assert [finding.element for finding in found] == elements


def test_an_access_switch_with_one_uplink_is_named_with_the_systems_that_it_loses():
    (link, switch) = _prove(inventory(without=["acc-1:49"]))

    assert (link.kind, switch.kind) == (Kind.LINK, Kind.SWITCH)
    assert link.systems == ("emr", "base")
    assert {(cut.lost, cut.parts) for cut in link.cuts} == {(Lost.EDGE, ("acc-1",))}


def test_an_access_switch_is_not_missed_by_its_own_failure():
    found = _prove(inventory(without=["acc-1:49"]))

    assert "acc-1" not in [finding.element for finding in found]


def test_a_system_whose_hosts_all_hang_on_one_switch_falls_with_it():
    site = inventory(without=["db-1:eth1", "db-2:eth1"])

    (found,) = _prove(site)

    assert (found.element, found.kind) == ("core-1", Kind.SWITCH)
    assert Cut(system="base", lost=Lost.ITSELF, parts=("db",)) in found.cuts
    assert Cut(system="emr", lost=Lost.DEPENDENCY, parts=("base",)) in found.cuts


def test_the_only_cable_of_the_only_host_is_named():
    site = inventory(systems={"one": system("app-1")})

    found = _prove(site)

    assert [finding.element for finding in found] == ["app-1:eth0 - core-1:33", "core-1"]
    assert found[0].cuts == (Cut(system="one", lost=Lost.ITSELF, parts=("app-1",)),)


def test_dependencies_count_however_far_down():
    systems = {
        "top": system("app", needs=["middle"]),
        "middle": system("app", needs=["bottom"]),
        "bottom": system("db-1"),
    }

    found = _prove(inventory(without=["db-1:eth1"], systems=systems))

    assert Cut(system="top", lost=Lost.DEPENDENCY, parts=("bottom",)) in found[0].cuts


def test_systems_that_need_each_other_are_no_endless_walk():
    systems = {"a": system("app", needs=["b"]), "b": system("db", needs=["a"])}

    assert _prove(inventory(systems=systems)) == []


def test_the_only_gateway_is_missed():
    site = inventory(without=["fw-2:1"])

    found = _prove(site)

    assert [finding.element for finding in found] == ["fw-1:1 - core-1:21", "core-1"]
    assert {cut.lost for finding in found for cut in finding.cuts} == {Lost.GATEWAY}


def test_a_host_without_a_cable_is_unknown_and_never_proven():
    verdict = _verdicts(inventory(without=["app-1:eth0"]))["emr"]

    assert verdict.state is State.UNKNOWN
    assert verdict.unknown_hosts == ("app-1",)


def test_what_is_cut_already_is_told_first_and_not_again_for_each_failure():
    site = inventory(without=["acc-1:49", "acc-1:50"])

    (found,) = _prove(site)

    assert found.kind is Kind.NOTHING
    assert {cut.parts for cut in found.cuts} == {("acc-1",)}
    assert {each.state for each in _verdicts(site).values()} == {State.CUT}


def test_cables_in_one_duct_fall_together():
    pairs = [("acc-1:49", "agg-1:1"), ("acc-1:50", "agg-2:1")]
    ducts = [Link(a=a, b=b, path="duct-7") for a, b in pairs]
    site = inventory(without=["acc-1:49", "acc-1:50"], extra=ducts)

    (found,) = _prove(site)

    assert (found.element, found.kind) == ("duct-7", Kind.PATH)


def test_switches_on_one_power_supply_fall_together():
    share = {"shared_risk": "ups-1"}
    site = inventory(variables={"agg-1": share, "agg-2": share})

    (found,) = _prove(site)

    assert (found.element, found.kind) == ("ups-1", Kind.SHARED_RISK)


def test_systems_of_other_classes_are_left_out():
    low = msgspec.structs.replace(system("app-1"), class_=Class.C3)

    assert _prove(inventory(systems={"low": low})) == []


def test_the_failures_left_out_would_cut_nothing():
    """Every link and switch one by one gives the same as the failures that were picked."""
    for gone in ([], ["acc-1:49"], ["agg-1:49", "agg-2:49"], ["db-1:eth1", "db-2:eth1"]):
        site = inventory(without=gone)
        whole = fabric.build(site)
        slow = set()
        for number, cable in enumerate(whole.cables):
            rest = [each for other, each in enumerate(whole.cables) if other != number]
            if any(f.kind is Kind.NOTHING for f in proof.prove(site, fabric.build(site, rest))):
                slow.add(cable.text)

        found = {f.element for f in _prove(site) if f.kind is Kind.LINK}

        assert found == slow
