"""The order of a shutdown and the time it takes."""

import random

import pytest

from hisops.core.model import Inventory
from hisops.core.text import Duration
from hisops.power import graph, shutdown
from hisops.power.settings import Load, Part, Power

from .conftest import system

POWER = Power(
    margin=Duration(60),
    systems={
        "app": Load(stop=Duration(30), watts=100),
        "db": Load(stop=Duration(100), watts=300),
        "dns": Load(stop=Duration(20), watts=100),
        "net": Load(stop=Duration(10), layer="network", watts=100),
        "test": Load(stop=Duration(60), watts=200),
    },
    parts={"san": Part(layer="storage", stop=Duration(40), watts=200)},
)


@pytest.fixture
def plan(inventory):
    return lambda runtime=None: shutdown.plan(graph.build(inventory, POWER), POWER, runtime)


def step(found, name):
    return next(s for s in found.steps if s.name == name)


def test_the_need_is_the_critical_path_and_not_the_sum(plan):
    found = plan()

    assert found.critical_path == ("app", "db", "dns", "san", "net")
    assert found.need_seconds == 30 + 100 + 20 + 40 + 10
    assert found.serial_seconds == 260


def test_storage_stops_next_to_last_and_the_network_last(plan):
    assert [s.name for s in plan().steps][-2:] == ["san", "net"]


def test_what_has_slack_says_when_it_must_begin(plan):
    found = plan()

    assert step(found, "test").begin_seconds == 0
    assert step(found, "test").latest_seconds == 130 - 60
    assert not step(found, "test").critical


def test_it_begins_at_one_and_a_half_times_the_need_and_the_margin(plan):
    assert plan().trigger_seconds == 1.5 * 200 + 60


@pytest.mark.parametrize(
    ("runtime", "left", "word"), [(600, 240, "wait"), (300, -60, "begin now"), (150, -210, "late")]
)
def test_the_verdict_follows_the_runtime(plan, runtime, left, word):
    found = plan(runtime)

    assert found.left_seconds == left
    assert word in found.verdict


def test_test_systems_go_first_and_buy_runtime(plan):
    c4, c3 = sorted(plan(600).shed, key=lambda shed: shed.stage, reverse=True)

    assert (c4.systems, c4.share) == (("test",), 0.2)
    assert c4.runtime_seconds == 600 * 1000 / 800
    assert c3.systems == ()  # dns is class C3, and a class C1 system needs it


def test_a_site_without_systems_needs_no_time():
    found = shutdown.plan({}, POWER, 60)

    assert (found.need_seconds, found.trigger_seconds, found.critical_path) == (0, 0, ())


@pytest.mark.parametrize("seed", range(30))
def test_the_plan_agrees_with_a_shutdown_that_is_played_second_by_second(seed):
    dice = random.Random(seed)
    names = [f"s{n}" for n in range(dice.randint(1, 12))]
    systems = {
        name: system("C1", *[o for o in names[:n] if dice.random() < 0.3])
        for n, name in enumerate(names)
    }
    loads = {name: Load(stop=Duration(dice.randint(1, 9))) for name in names}
    power = Power(systems=loads)
    components = graph.build(Inventory(systems=systems), power)

    found = shutdown.plan(components, power)

    assert played({s.name: 0.0 for s in found.steps}, components) == found.need_seconds
    # Begun at its latest moment each, it ends no later.
    latest = {s.name: s.latest_seconds for s in found.steps}
    assert played(latest, components) == found.need_seconds
    for late in (s for s in found.steps if s.critical):
        assert (
            played(latest | {late.name: late.latest_seconds + 1}, components) > found.need_seconds
        )


def played(not_before, components):
    """Seconds until all has stopped, when nothing stops before its time and its dependents."""
    running, stopping, second = set(components), {}, 0
    while running:
        for name in [n for n, end in stopping.items() if end <= second]:
            running.discard(name)
            del stopping[name]
        for name in sorted(running - set(stopping)):
            needed = any(name in components[other].needs for other in running)
            if not needed and second >= not_before[name]:
                stopping[name] = second + components[name].stop_seconds
        if running:
            second += 1
    return second
