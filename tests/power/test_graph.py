"""The graph of what needs what."""

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Class, Inventory
from hisops.power.graph import build, sort
from hisops.power.settings import Load, Part, Power

from .conftest import system

POWER = Power(
    systems={"net": Load(layer="network")},
    parts={"san": Part(layer="storage"), "hosts": Part(layer="platform")},
)


def test_each_component_stands_after_what_it_needs(inventory):
    found = build(inventory, POWER)

    order = list(found)
    assert all(order.index(n) < order.index(c.name) for c in found.values() for n in c.needs)
    assert order[0] == "net"


def test_layers_stop_one_after_the_other(inventory):
    found = build(inventory, POWER)

    assert found["test"].needs == ("dns", "hosts")
    assert found["hosts"].needs == ("san",)
    assert found["san"].needs == ("net",)


def test_what_a_critical_system_needs_is_as_critical(inventory):
    found = build(inventory, POWER)

    assert found["dns"].class_ is Class.C1
    assert found["test"].class_ is Class.C4


def test_a_circle_is_one_clear_error():
    inventory = Inventory(
        systems={
            "a": system("C1", "b"),
            "b": system("C1", "c"),
            "c": system("C1", "b"),
            "d": system("C1"),
        }
    )

    with pytest.raises(OpsError) as problem:
        build(inventory, Power())

    assert problem.value.cause == "depends_on goes round: b → c → b"
    assert problem.value.code == Exit.USAGE


def test_a_system_that_needs_itself_is_a_circle():
    with pytest.raises(OpsError, match="a → a"):
        sort(build_raw("a", "a"))


def test_a_dependency_that_points_up_gives_way_to_the_layers():
    inventory = Inventory(systems={"net": system("C1", "dns"), "dns": system("C1")})

    found = build(inventory, Power(systems={"net": Load(layer="network")}))

    assert found["net"].needs == ()
    assert found["dns"].needs == ("net",)


def test_a_very_long_chain_is_no_trouble():
    systems = {f"s{n}": system("C1", f"s{n + 1}") for n in range(3000)}
    inventory = Inventory(systems=systems | {"s3000": system("C1")})

    assert next(iter(build(inventory, Power()))) == "s3000"


def build_raw(name, *needs):
    (component,) = build(Inventory(systems={name: system("C1")}), Power()).values()
    import msgspec

    return {name: msgspec.structs.replace(component, needs=needs)}
