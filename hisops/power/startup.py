"""Power-up: the shutdown in reverse, with a gate before each stage."""

from collections.abc import Mapping

from hisops.core.model import Class, Value
from hisops.power.graph import Component


class Rise(Value, frozen=True, kw_only=True):
    """One component of the power-up; `gate` is PromQL that gives nothing until it is well.

    `late` says that it comes back after its recovery time, even when all goes well.
    """

    stage: int
    name: str
    class_: Class
    layer: str
    after: tuple[str, ...]
    begin_seconds: float
    end_seconds: float
    rto_seconds: float | None
    late: bool
    gate: str


def plan(components: Mapping[str, Component]) -> list[Rise]:
    """The power-up of components in the order of `graph.build`, most critical first in a stage."""
    stages: dict[str, int] = {}
    ends: dict[str, float] = {}
    rises = []
    for name, component in components.items():
        needs = [other for other in component.needs if other in ends]
        begin = max((ends[other] for other in needs), default=0.0)
        stages[name] = 1 + max((stages[other] for other in needs), default=0)
        ends[name] = begin + component.start_seconds
        rto = component.rto_seconds
        rises.append(
            Rise(
                stage=stages[name],
                name=name,
                class_=component.class_,
                layer=component.layer,
                after=tuple(other for other in needs if stages[other] == stages[name] - 1),
                begin_seconds=begin,
                end_seconds=ends[name],
                rto_seconds=rto,
                late=rto is not None and ends[name] > rto,
                gate=_gate(component),
            )
        )
    return sorted(rises, key=lambda rise: (rise.stage, rise.class_.value, rise.name))


def _gate(component: Component) -> str:
    """Well is: something of it is measured, and nothing of it is down."""
    if component.rto_seconds is None:
        return ""  # a part has no series of its own: people look at its lamps
    label = f'{{system="{component.name}"}}'
    return f"count(up{label}) > 0 unless count(up{label} == 0 or probe_success{label} == 0)"
