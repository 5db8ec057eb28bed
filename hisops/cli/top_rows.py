"""What `hisops top` shows, as text: lights by shape and word, ages, rows of each pane."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from hisops.core.text import span
from hisops.workflow.light import Light, worst
from hisops.workflow.scene import STALE_SECONDS, AlertLine, HostLine, Scene, SystemLine

# Shape and word, so that nobody needs to see the colour (hospital.md, section 13).
MARKS: Mapping[Light, str] = {
    Light.OK: "✓ ok",
    Light.WARN: "▲ warn",
    Light.BAD: "✖ bad",
    Light.STALE: "░ stale",
    Light.UNKNOWN: "? unknown",
}


class Pane(Enum):
    """One of the three tables."""

    SYSTEMS = "systems"
    HOSTS = "hosts"
    ALERTS = "alerts"


class Table(NamedTuple):
    """Columns, rows of cells, and what each row is about."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    keys: Sequence[str]
    lights: Sequence[Light]


class Seen(NamedTuple):
    """A scene, and how old it is now: nothing in an old one is green."""

    scene: Scene
    age_seconds: float

    @property
    def is_old(self) -> bool:
        """Whether its values may no longer be believed."""
        return bool(self.scene.cause) or self.age_seconds > STALE_SECONDS

    def light(self, light: Light) -> Light:
        """A light as it may be shown: what was good is stale when the scene is old."""
        return Light.STALE if self.is_old and light is Light.OK else light


def table(seen: Seen, pane: Pane, needle: str = "") -> Table:
    """The rows of a pane that hold the needle, the worst first."""
    if pane is Pane.ALERTS:
        rows = [_alert(line, seen.scene.at) for line in seen.scene.alerts]
    elif pane is Pane.HOSTS:
        rows = [_host(line, seen) for line in seen.scene.hosts]
    else:
        rows = [_system(line, seen) for line in seen.scene.systems]
    found = [row for row in rows if needle.lower() in " ".join((row[1], *row[2])).lower()]
    if pane is not Pane.ALERTS:
        found.sort(key=lambda row: (_ORDER[row[0]], row[1]))
    return Table(
        columns=COLUMNS[pane],
        rows=[row[2] for row in found],
        keys=[row[1] for row in found],
        lights=[row[0] for row in found],
    )


def head(seen: Seen, now: datetime) -> list[str]:
    """Two lines: the site with its worst light and the age of the data; alerts, incidents, people."""
    scene = seen.scene
    lights = [seen.light(line.light) for line in scene.systems] or [Light.UNKNOWN]
    shown = Light.UNKNOWN if scene.cause else worst(lights)
    told = f"data {span(round(seen.age_seconds))} old"
    first = f"{scene.site}  {MARKS[shown]}  {now:%F %T}  {told}"
    if scene.cause:
        first = f"{scene.site}  {MARKS[Light.UNKNOWN]}  {now:%F %T}  {scene.cause}"
    critical = sum(line.severity == "critical" for line in scene.alerts)
    incidents = ", ".join(f"{n} {state}" for state, n in sorted(scene.incidents.items()))
    duty = ", ".join(f"{team}: {person}" for team, person in scene.oncall.items())
    second = f"alerts {len(scene.alerts)} ({critical} critical)  incidents {incidents or 0}"
    return [first, f"{second}  on call {duty or 'nobody'}"]


def details(seen: Seen, pane: Pane, key: str) -> list[tuple[str, str]]:
    """Everything about one row, as names and values."""
    scene = seen.scene
    lines: Sequence[SystemLine | HostLine | AlertLine] = scene.systems
    if pane is not Pane.SYSTEMS:
        lines = scene.hosts if pane is Pane.HOSTS else scene.alerts
    for line in lines:
        if _key(line) == key:
            return [(name, _word(seen, getattr(line, name))) for name in line.__struct_fields__]
    return []


def runbook_of(seen: Seen, pane: Pane, key: str) -> str:
    """The runbook for a row: of the alert, or of the first alert on the host or system."""
    for line in seen.scene.alerts:
        of = {Pane.ALERTS: _key(line), Pane.HOSTS: line.instance, Pane.SYSTEMS: line.system}
        if of[pane] == key and line.runbook:
            return line.runbook
    return ""


COLUMNS: Mapping[Pane, Sequence[str]] = {
    Pane.SYSTEMS: ("state", "class", "system", "name", "hosts", "probes", "alerts", "age"),
    Pane.HOSTS: ("state", "host", "system", "cpu", "mem", "disk", "alerts", "age"),
    Pane.ALERTS: ("severity", "since", "alert", "on", "team", "summary"),
}
_ORDER = {
    light: place
    for place, light in enumerate((Light.BAD, Light.WARN, Light.STALE, Light.UNKNOWN, Light.OK))
}
_Row = tuple[Light, str, tuple[str, ...]]


def _system(line: SystemLine, seen: Seen) -> _Row:
    light = seen.light(line.light)
    cells = (
        MARKS[light],
        line.class_,
        line.system,
        line.name,
        f"{line.hosts_up}/{line.hosts}",
        f"{line.probes_good}/{line.probes}" if line.probes else "-",
        str(line.alerts or "-"),
        _age(line.age_seconds, seen),
    )
    return light, line.system, cells


def _host(line: HostLine, seen: Seen) -> _Row:
    light = seen.light(line.light)
    shares = tuple(_percent(share) for share in (line.cpu, line.memory, line.disk))
    cells = (MARKS[light], line.host, line.system, *shares)
    return light, line.host, (*cells, str(line.alerts or "-"), _age(line.age_seconds, seen))


def _alert(line: AlertLine, at: datetime) -> _Row:
    light = Light.BAD if line.severity == "critical" else Light.WARN
    mark = "✖" if light is Light.BAD else "▲"
    cells = (
        f"{mark} {line.severity}",
        _since(line.since, at),
        line.alert,
        line.instance or line.system,
        line.team,
        line.summary,
    )
    return light, _key(line), cells


def _key(line: SystemLine | HostLine | AlertLine) -> str:
    if isinstance(line, SystemLine):
        return line.system
    if isinstance(line, HostLine):
        return line.host
    return f"{line.alert} {line.instance} {line.system} {line.since} {line.summary}"


def _since(text: str, at: datetime) -> str:
    try:
        # Prometheus writes nanoseconds, which Python 3.11 does not read beyond six digits.
        moment = datetime.fromisoformat(f"{text[:19]}+00:00")
    except ValueError:
        return text
    return f"{span(max(0, round((at - moment).total_seconds())))} ago"


def _age(seconds: float | None, seen: Seen) -> str:
    """How old a measurement is now: the scene ages too."""
    return "-" if seconds is None else span(round(max(0.0, seconds) + seen.age_seconds))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.0f}%"


def _word(seen: Seen, value: object) -> str:
    form: Mapping[type, Callable[[object], str]] = {
        type(None): lambda _: "-",
        float: lambda number: f"{number:.4g}",
    }
    if isinstance(value, Light):
        return MARKS[seen.light(value)]
    return form.get(type(value), str)(value)
