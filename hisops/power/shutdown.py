"""The ordered shutdown: who stops when, how long it takes, and when it must begin.

Method: critical path over the dependency graph (dependents stop first, in parallel where nothing
forbids it). Pure functions.
"""

from collections.abc import Iterable, Mapping

from hisops.core.model import Class, Value
from hisops.power.graph import Component, dependents
from hisops.power.settings import LAYERS, Power


class Step(Value, frozen=True, kw_only=True):
    """One component of the shutdown; times count from its beginning.

    At `latest_seconds` it must begin, or the whole ends late; what is on the critical path has no
    slack.
    """

    name: str
    class_: Class
    layer: str
    stage: str
    begin_seconds: float
    latest_seconds: float
    stop_seconds: float
    critical: bool
    watts: float
    racks: tuple[str, ...]


class Shed(Value, frozen=True, kw_only=True):
    """Load that is given up before the shutdown, and the runtime that this is worth."""

    stage: str
    when: str
    systems: tuple[str, ...]
    watts: float
    share: float
    runtime_seconds: float | None


class Shutdown(Value, frozen=True, kw_only=True):
    """The whole plan; `left_seconds` is the time until it must begin, below zero it is late."""

    need_seconds: float
    trigger_seconds: float
    serial_seconds: float
    runtime_seconds: float | None
    left_seconds: float | None
    verdict: str
    critical_path: tuple[str, ...]
    shed: tuple[Shed, ...]
    steps: tuple[Step, ...]


def plan(
    components: Mapping[str, Component], power: Power, runtime_seconds: float | None = None
) -> Shutdown:
    """The plan for these components (in the order of `graph.build`) with this runtime left."""
    begins, tails = _begins(components), _tails(components)
    need = max((begins[n] + c.stop_seconds for n, c in components.items()), default=0.0)
    trigger = power.factor * need + power.margin.seconds if need else 0.0
    left = None if runtime_seconds is None else runtime_seconds - trigger
    steps = [
        _step(each, power, begins[name], need - tails[name]) for name, each in components.items()
    ]
    steps.sort(key=lambda s: (s.begin_seconds, s.latest_seconds, s.name))
    return Shutdown(
        need_seconds=need,
        trigger_seconds=trigger,
        serial_seconds=sum(c.stop_seconds for c in components.values()),
        runtime_seconds=runtime_seconds,
        left_seconds=left,
        verdict=_verdict(runtime_seconds, need, left),
        critical_path=_path(components, begins, need),
        shed=_shed(components, power, runtime_seconds),
        steps=tuple(steps),
    )


def _begins(components: Mapping[str, Component]) -> dict[str, float]:
    """Earliest beginning of each: when the last of those that need it has stopped."""
    needing = dependents(components)
    begins: dict[str, float] = {}
    for name in reversed(list(components)):
        ends = [begins[other] + components[other].stop_seconds for other in needing[name]]
        begins[name] = max(ends, default=0.0)
    return begins


def _tails(components: Mapping[str, Component]) -> dict[str, float]:
    """Seconds from the beginning of each to the end of the last that waits for it."""
    tails: dict[str, float] = {}
    for name, component in components.items():
        below = [tails[other] for other in component.needs if other in tails]
        tails[name] = component.stop_seconds + max(below, default=0.0)
    return tails


def _step(component: Component, power: Power, begin: float, latest: float) -> Step:
    shed = component.layer == LAYERS[0] and component.class_.value in power.shed
    return Step(
        name=component.name,
        class_=component.class_,
        layer=component.layer,
        stage=f"shed {component.class_.value}" if shed else "stop",
        begin_seconds=begin,
        latest_seconds=latest,
        stop_seconds=component.stop_seconds,
        critical=latest - begin < 1e-6,  # noqa: PLR2004 - sums of floats
        watts=component.watts,
        racks=component.racks,
    )


def _path(
    components: Mapping[str, Component], begins: Mapping[str, float], need: float
) -> tuple[str, ...]:
    """The chain that decides how long it takes, in the order in which it stops."""
    path: list[str] = []
    needing, end = dependents(components), need
    candidates: Iterable[str] = components
    while True:
        ends = {n: begins[n] + components[n].stop_seconds for n in candidates}
        last = next((n for n, at in sorted(ends.items()) if abs(at - end) < 1e-6), None)  # noqa: PLR2004
        if last is None:
            return tuple(reversed(path))
        path.append(last)
        candidates, end = needing[last], begins[last]


def _shed(
    components: Mapping[str, Component], power: Power, runtime_seconds: float | None
) -> tuple[Shed, ...]:
    """Stages of giving up load, least critical first.

    The runtime grows at least as much as the load falls (Peukert's law: discharging slower, a
    battery gives more), so that the figure is on the safe side.
    """
    total = sum(c.watts for c in components.values())
    rest, runtime, stages = total, runtime_seconds, []
    for name in sorted(power.shed, reverse=True):
        members = [
            c for c in components.values() if c.class_.value == name and c.layer == LAYERS[0]
        ]
        watts = sum(c.watts for c in members)
        if runtime is not None and rest > watts > 0:
            runtime = runtime * rest / (rest - watts)
        rest -= watts
        stages.append(
            Shed(
                stage=name,
                when=power.shed[name],
                systems=tuple(sorted(c.name for c in members)),
                watts=watts,
                share=watts / total if total else 0.0,
                runtime_seconds=runtime,
            )
        )
    return tuple(stages)


def _verdict(runtime: float | None, need: float, left: float | None) -> str:
    if runtime is None or left is None:
        return "name the runtime of the UPS: --runtime 12min"
    if left > 0:
        return "wait: the shutdown need not begin yet"
    if runtime >= need:
        return "begin now: it still fits"
    return "too late for the whole order: begin now, cut the power of C4 and C3 at once"
