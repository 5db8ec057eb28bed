"""Units of systemd, asked over D-Bus (org.freedesktop.systemd1(5)).

What it tells about a unit's kind changes with its file only: that is asked for once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import OpsError
from hisops.core.machine import Call
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, SEARCH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hisops.core.machine import Answer, Datum, Machine
    from hisops.core.metric import Labels

SERVICE = "org.freedesktop.systemd1"
MANAGER = "/org/freedesktop/systemd1"
_STATES = ("active", "activating", "deactivating", "failed", "inactive")
_MICROSECONDS = 1_000_000


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_systemd_{name}", "gauge", text)


_UNIT_STATE = _gauge("unit_state", "1 for the state that the unit is in.")
_UNITS = _gauge("units", "Units in this state.")
_RUNNING = _gauge("system_running", "1 when all is started and no unit has failed.")
_VERSION = _gauge("version", "Version of systemd.")
# Ending of the unit's name, interface, property, family, divisor.
_PROPERTIES = (
    (
        ".timer",
        "Timer",
        "LastTriggerUSec",
        _gauge("timer_last_trigger_seconds", "When the timer last started its unit, Unix time."),
        _MICROSECONDS,
    ),
    (
        ".socket",
        "Socket",
        "NAccepted",
        Family("node_systemd_socket_accepted_connections_total", "counter", "Connections taken."),
        1,
    ),
    (
        ".socket",
        "Socket",
        "NConnections",
        _gauge("socket_current_connections", "Connections of now."),
        1,
    ),
    # A gauge with node_exporter, too.
    (
        ".socket",
        "Socket",
        "NRefused",
        _gauge("socket_refused_connections_total", "Connections refused."),
        1,
    ),
)


class Unit(NamedTuple):
    """A unit with its state and the object that stands for it on the bus."""

    name: str
    state: str
    path: str

    @property
    def ending(self) -> str:
        """`.service` and the like."""
        return "." + self.name.rpartition(".")[2]


class Systemd(Collector):
    """State of every unit, last run of timers, connections of sockets."""

    folder = "/run/systemd/system"
    excluded: tuple[str, ...] = (
        ".automount",
        ".device",
        ".mount",
        ".scope",
        ".slice",
        ".target",
    )

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._due = 0.0

    def read(self, io: Machine) -> Reading:
        """What systemd says now; nothing where another program is the first process."""
        if not is_running(io, self.folder):
            return NOTHING
        listing, version, state = io.ask_bus(
            SERVICE,
            [
                Call(MANAGER, f"{SERVICE}.Manager", "ListUnits"),
                get(MANAGER, "Manager", "Version"),
                get(MANAGER, "Manager", "SystemState"),
            ],
        )
        found = list_units(listing)
        counts = dict.fromkeys(_STATES, 0)
        for unit, _ in found:
            counts[unit.state] = counts.get(unit.state, 0) + 1
        units = [unit for unit, load in found if load and unit.ending not in self.excluded]
        details = self._details(io, units)
        kinds = [self._kinds.get(unit.name, "") for unit in units]
        return report(units, kinds, counts, details, (text_of(version), text_of(state)))

    def _details(self, io: Machine, units: Sequence[Unit]) -> list[tuple[str, int, float]]:
        """Unit, index of the property and value; on the way the kinds of new units are learnt."""
        if io.tick() >= self._due:
            self._kinds.clear()
            self._due = io.tick() + SEARCH_SECONDS * 10
        new = [u for u in units if u.ending == ".service" and u.name not in self._kinds]
        wishes = [
            (unit, index)
            for unit in units
            for index, (ending, *_) in enumerate(_PROPERTIES)
            if unit.ending == ending
        ]
        calls = [get(unit.path, "Service", "Type") for unit in new]
        calls += [get(unit.path, *_PROPERTIES[index][1:3]) for unit, index in wishes]
        answers = io.ask_bus(SERVICE, calls) if calls else []
        for unit, answer in zip(new, answers, strict=False):
            self._kinds[unit.name] = text_of(answer)
        rest = zip(wishes, answers[len(new) :], strict=True)
        return [
            (unit.name, index, value[0] / _PROPERTIES[index][4])
            for (unit, index), value in rest
            if value and isinstance(value[0], int)
        ]


def is_running(io: Machine, folder: str) -> bool:
    """Whether systemd is this machine's first process (sd_booted(3))."""
    try:
        io.stamp(folder)
    except OpsError:
        return False
    return True


def get(path: str, interface: str, name: str) -> Call:
    """The question for one property of an object of systemd."""
    arguments = (f"{SERVICE}.{interface}", name)
    return Call(path, "org.freedesktop.DBus.Properties", "Get", arguments)


def list_units(answer: Answer | None) -> list[tuple[Unit, bool]]:
    """Each unit in an answer to ListUnits, and whether its file was found and read."""
    if not answer or not isinstance(answer[0], list):
        raise OpsError("systemd did not list its units")
    return [_unit(row) for row in answer[0]]


def text_of(answer: Answer | None) -> str:
    """The text that a property holds; empty when there is none."""
    return answer[0] if answer and isinstance(answer[0], str) else ""


def report(
    units: Sequence[Unit],
    kinds: Sequence[str],
    counts: Mapping[str, int],
    details: Iterable[tuple[str, int, float]],
    words: tuple[str, str],
) -> Reading:
    """Five values for each unit, then the sums, the system, and what timers and sockets count."""
    version, state = words
    values: list[float | int] = [int(unit.state == state) for unit in units for state in _STATES]
    values += counts.values()
    values += (int(state == "running"), _number(version))
    rows = list(details)
    values += (value for *_, value in rows)
    key = (
        [unit.name for unit in units],
        list(kinds),
        list(counts),
        version,
        [row[:2] for row in rows],
    )
    return Reading(key, values, lambda: _describe(*key))


def _describe(
    names: Sequence[str],
    kinds: Sequence[str],
    states: Sequence[str],
    version: str,
    details: Sequence[tuple[str, int]],
) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = [
        (_UNIT_STATE, (("name", name), ("state", state), ("type", kind)))
        for name, kind in zip(names, kinds, strict=True)
        for state in _STATES
    ]
    series += [(_UNITS, (("state", state),)) for state in states]
    series += [(_RUNNING, ()), (_VERSION, (("version", version),))]
    return series + [(_PROPERTIES[index][3], (("name", name),)) for name, index in details]


def _unit(row: Datum) -> tuple[Unit, bool]:
    match row:
        case (str() as name, _, str() as load, str() as state, _, _, str() as path, *_):
            return Unit(name, state, path), load == "loaded"
    raise OpsError("systemd listed something that is no unit")


def _number(version: str) -> float:
    """`252.39-1~deb12u1` → 252.39, as node_exporter does."""
    head = version.lstrip("v").partition("-")[0].partition("~")[0]
    number = ".".join(head.split(".")[:2])
    try:
        return float(number)
    except ValueError:
        return 0.0
