"""What a system promises its users: how often it answers, and how fast."""

from collections.abc import Mapping

import msgspec

from hisops.core.model import Class, System, Value
from hisops.core.text import Duration

_ALL = 100.0


class Objective(Value, frozen=True, kw_only=True):
    """Per cent of the measurements that must be good, and of the answers that must be in time."""

    availability: float = 99.9
    fast: float = 99.0
    latency: Duration = Duration(1)

    def __post_init__(self) -> None:
        for name, value in (("availability", self.availability), ("fast", self.fast)):
            if not 0 < value < _ALL:  # 100 % leaves no budget to burn
                raise ValueError(f"{name}: expected per cent between 0 and 100, got {value:g}")


class Promises(Value, frozen=True, kw_only=True):
    """Objectives by class, and of single systems in place of their class's."""

    classes: Mapping[Class, Objective] = msgspec.field(
        default_factory=lambda: {Class.C1: Objective()}
    )
    systems: Mapping[str, Objective] = {}

    def of(self, name: str, system: System) -> Objective | None:
        """What a system promises; None when nothing is asked of it."""
        return self.systems.get(name) or self.classes.get(system.class_)
