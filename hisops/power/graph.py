"""What needs what: the systems of the inventory and the parts of power.yml as one graph."""

from collections.abc import Iterable, Mapping

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Class, Inventory, Value
from hisops.power.settings import LAYERS, Load, Power


class Component(Value, frozen=True, kw_only=True):
    """Something that is stopped and started as one.

    `needs` has all that must run while it runs; `class_` is the most critical class that needs it.
    """

    name: str
    class_: Class
    layer: str
    needs: tuple[str, ...]
    stop_seconds: float
    start_seconds: float
    rto_seconds: float | None = None
    watts: float = 0.0
    racks: tuple[str, ...] = ()


def build(inventory: Inventory, power: Power) -> dict[str, Component]:
    """Every component, in an order in which each stands after what it needs.

    Raises OpsError USAGE when dependencies go round.
    """
    found = {}
    for name, system in inventory.systems.items():
        load = power.systems.get(name, Load())
        needs = tuple(other for other in system.depends_on if other in inventory.systems)
        found[name] = _component(name, system.class_, load, needs, power, system.rto_seconds)
    for name, part in power.parts.items():
        found[name] = _component(name, part.class_, part, part.needs, power, None)
    _layer(found)
    ordered = {name: found[name] for name in sort(found)}
    _raise_classes(ordered)
    return ordered


def sort(components: Mapping[str, Component]) -> list[str]:
    """Names, each after all that it needs; raises OpsError USAGE with the way round."""
    done: dict[str, None] = {}
    for start in sorted(components):
        way: dict[str, None] = {}
        todo = [(start, False)]
        while todo:
            name, left = todo.pop()
            if left:
                del way[name]
                done[name] = None
            elif name in way:
                ring = list(way)[list(way).index(name) :]
                circle = " → ".join([*ring, name])
                cause = f"depends_on goes round: {circle}"
                fix = "take one of these dependencies out of inventory/systems.yml or power.yml"
                raise OpsError(cause, fix=fix, code=Exit.USAGE)
            elif name not in done:
                way[name] = None
                todo.append((name, True))
                todo += [(n, False) for n in sorted(components[name].needs) if n in components]
    return list(done)


def dependents(components: Mapping[str, Component]) -> dict[str, list[str]]:
    """For each component those that need it."""
    found: dict[str, list[str]] = {name: [] for name in components}
    for name, component in components.items():
        for other in component.needs:
            if other in found:
                found[other].append(name)
    return found


def _component(
    name: str,
    class_: Class,
    load: Load,
    needs: Iterable[str],
    power: Power,
    rto_seconds: float | None,
) -> Component:
    return Component(
        name=name,
        class_=class_,
        layer=load.layer,
        needs=tuple(needs),
        stop_seconds=(load.stop or power.defaults.stop).seconds,
        start_seconds=(load.start or power.defaults.start).seconds,
        rto_seconds=rto_seconds,
        watts=load.watts,
        racks=load.racks,
    )


def _layer(found: dict[str, Component]) -> None:
    """Let each component need the next layer below it: network stops last, storage before it."""
    names = {layer: [n for n, c in found.items() if c.layer == layer] for layer in LAYERS}
    layers = [layer for layer in LAYERS if names[layer]]
    for upper, lower in zip(layers, [*layers[1:], ""], strict=True):
        rank = LAYERS.index(upper)
        for name in names[upper]:
            # A dependency of the inventory that points up would go round with the layers.
            own = [n for n in found[name].needs if _rank(found, n) >= rank]
            needs = dict.fromkeys([*own, *names.get(lower, ())])
            found[name] = msgspec.structs.replace(found[name], needs=tuple(needs))


def _rank(found: Mapping[str, Component], name: str) -> int:
    return LAYERS.index(found[name].layer) if name in found else len(LAYERS)


def _raise_classes(ordered: dict[str, Component]) -> None:
    """Let what a critical component needs be as critical."""
    for name in reversed(list(ordered)):
        for other in ordered[name].needs:
            if other in ordered:
                class_ = min(ordered[other].class_, ordered[name].class_, key=lambda c: c.value)
                ordered[other] = msgspec.structs.replace(ordered[other], class_=class_)
