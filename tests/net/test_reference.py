"""The reference hospital: 4,678 hosts and 1,294 cables, proven but for what nobody knows."""

import msgspec
import pytest

from hisops.core.site import require, shipped_root
from hisops.io.local import Local
from hisops.net import fabric, proof
from hisops.net.proof import State
from hisops.net.world import Kind


@pytest.fixture(scope="module")
def hospital():
    return require(Local(), shipped_root()).inventory


def test_every_class_c1_system_is_proven_but_the_one_whose_storage_has_no_cable(hospital):
    graph = fabric.build(hospital)

    found = proof.conclude(hospital, graph, proof.prove(hospital, graph))

    assert found.findings == ()
    states = {each.system: each.state for each in found.verdicts}
    assert states.pop("his-op") is State.UNKNOWN
    assert set(states.values()) == {State.PROVEN}


def test_without_its_second_uplinks_each_access_switch_has_a_finding_of_its_own(hospital):
    kept = tuple(link for link in hospital.links if not link.a.endswith(":50"))
    poor = msgspec.structs.replace(hospital, links=kept)

    found = proof.prove(poor, fabric.build(poor))

    links = [f.element for f in found if f.kind is Kind.LINK and f.element.startswith("acc-")]
    assert len(links) == 186
    # Aggregation switches lost their uplink to core-02 too.
    assert "core-01" in [f.element for f in found if f.kind is Kind.SWITCH]
