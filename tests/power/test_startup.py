"""The order of a power-up."""

from hisops.core.text import Duration
from hisops.power import graph, startup
from hisops.power.settings import Load, Part, Power

POWER = Power(
    systems={"net": Load(start=Duration(200), layer="network"), "db": Load(start=Duration(900))},
    parts={"san": Part(layer="storage", start=Duration(300))},
)


def rises(inventory):
    return {rise.name: rise for rise in startup.plan(graph.build(inventory, POWER))}


def test_it_is_the_shutdown_in_reverse(inventory):
    found = rises(inventory)

    assert list(found)[:3] == ["net", "san", "dns"]
    assert found["san"].begin_seconds == 200
    assert found["dns"].begin_seconds == 500


def test_a_stage_waits_for_the_one_before(inventory):
    assert rises(inventory)["app"].after == ("db",)


def test_a_system_that_cannot_be_back_in_time_is_told(inventory):
    found = rises(inventory)

    assert found["db"].late  # class C1 promises 15 minutes
    assert not found["dns"].late


def test_a_gate_asks_prometheus_about_the_system(inventory):
    found = rises(inventory)

    assert 'up{system="db"}' in found["db"].gate
    assert found["san"].gate == ""
