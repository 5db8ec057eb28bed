"""power.yml: stop and start times, racks, meters, generators and the price of electricity."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.model import Class, Value
from hisops.core.text import Duration

FILE = "power.yml"
# In this order they stop: what carries others stops after them (hospital.md, section 6).
LAYERS = ("service", "platform", "storage", "network")
_SHED = {"C4": "after 2 min on battery", "C3": "at 50 % of the charge"}
Layer = Literal["service", "platform", "storage", "network"]


class Times(Value, frozen=True, kw_only=True):
    """How long a thing takes to stop and to start."""

    stop: Duration = Duration(60)
    start: Duration = Duration(120)


class Load(Value, frozen=True, kw_only=True):
    """A system as the power sees it; what is not said comes from `defaults`.

    `watts` is an estimate for systems whose hosts no meter measures.
    """

    stop: Duration | None = None
    start: Duration | None = None
    layer: Layer = "service"
    watts: float = 0.0
    racks: tuple[str, ...] = ()


class Part(Load, frozen=True, kw_only=True):
    """Equipment that is no system of its own: storage, hypervisors."""

    class_: Class = msgspec.field(name="class", default=Class.C1)
    hosts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Rack(Value, frozen=True, kw_only=True):
    """A rack and the PDUs that feed it."""

    pdus: tuple[str, ...]
    room: str = ""


class Generator(Value, frozen=True, kw_only=True):
    """Where Prometheus sees a generator: PromQL selectors; empty ones follow from its name."""

    running: str = ""
    load: str = ""
    on_battery: str = 'network_ups_tools_ups_status{flag="OB"}'
    mains: str = 'hisops_contact_state{kind="mains"}'


class Exercise(Value, frozen=True, kw_only=True):
    """What a generator test must show (NFPA 110-2010 8.4.2, EC.02.05.07)."""

    every: Duration = Duration(35 * 86400)
    run: Duration = Duration(1800)
    load: float = 0.3
    transfer: Duration = Duration(10)


class Tariff(Value, frozen=True, kw_only=True):
    """What a kilowatt-hour costs and emits."""

    price_per_kwh: float = 0.0
    currency: str = "CNY"
    co2_kg_per_kwh: float = 0.0


class Meters(Value, frozen=True, kw_only=True):
    """Hosts whose `hisops_sensor_watts` count as UPS or PDU; PromQL of all that the building draws."""

    ups: tuple[str, ...] = ()
    pdu: tuple[str, ...] = ()
    facility: str = ""


class Idle(Value, frozen=True, kw_only=True):
    """When a server counts as idle."""

    cpu: float = 0.05
    over: Duration = Duration(14 * 86400)


class Power(Value, frozen=True, kw_only=True):
    """All of power.yml. The shutdown begins at a runtime of `factor` x critical path + `margin`."""

    factor: float = 1.5
    margin: Duration = Duration(60)
    shed: Mapping[str, str] = msgspec.field(default_factory=lambda: dict(_SHED))
    defaults: Times = Times()
    systems: Mapping[str, Load] = {}
    parts: Mapping[str, Part] = {}
    racks: Mapping[str, Rack] = {}
    generators: Mapping[str, Generator] = {}
    exercise: Exercise = Exercise()
    tariff: Tariff = Tariff()
    meters: Meters = Meters()
    idle: Idle = Idle()

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise ValueError(f"factor: expected 1 or more, got {self.factor:g}")
        for name in self.shed:
            if name not in ("C2", "C3", "C4"):
                raise ValueError(f"shed: expected classes C2, C3, C4, got {name!r}")


def exists(io: Io, root: str) -> bool:
    """Whether the site says anything about its power."""
    return io.exists(f"{root}/{FILE}")


def read(io: Io, root: str) -> tuple[Power, list[Problem]]:
    """What power.yml says, the defaults where it is missing or wrong, and its mistakes."""
    if not exists(io, root):
        return Power(), []
    problems: list[Problem] = []
    try:
        data = config.parse(io.read(f"{root}/{FILE}"), FILE, problems)
    except OpsError as error:
        return Power(), [Problem(file=FILE, line=1, cause=error.cause, fix=error.fix)]
    return config.decode(data or {}, Power, FILE, problems) or Power(), problems
