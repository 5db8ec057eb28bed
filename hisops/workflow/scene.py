"""What stands on a screen that somebody watches: systems, hosts and alerts at one moment."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.workflow import live, running
from hisops.workflow.agenda import duties
from hisops.workflow.light import Light, fresh, worst

STALE_SECONDS = 15.0
_REAL = 'fstype!~"tmpfs|squashfs|iso9660|udf|erofs"'
_INTERVALS = 3
_BY_HOST = {
    "up": 'min by (instance) (up{job="agent"})',
    "at": 'min by (instance) (timestamp(up{job="agent"}))',
    "cpu": '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[2m]))',
    "memory": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "disk": f"max by (instance) (1 - node_filesystem_avail_bytes{{{_REAL}}}"
    " / node_filesystem_size_bytes)",
}


class SystemLine(Value, frozen=True, kw_only=True):
    """A system: its hosts, its probes and its alerts."""

    system: str
    name: str
    class_: str
    light: Light
    hosts_up: int
    hosts: int
    probes_good: int
    probes: int
    alerts: int
    age_seconds: float | None


class HostLine(Value, frozen=True, kw_only=True):
    """A measured host; shares are None where it tells nothing of them."""

    host: str
    system: str
    light: Light
    cpu: float | None
    memory: float | None
    disk: float | None
    alerts: int
    age_seconds: float | None


class AlertLine(Value, frozen=True, kw_only=True):
    """A firing alert."""

    severity: str
    alert: str
    instance: str
    system: str
    team: str
    since: str
    summary: str
    runbook: str


class Scene(Value, frozen=True, kw_only=True):
    """All of it; `cause` says why nothing is known where Prometheus does not answer."""

    site: str
    at: datetime
    systems: tuple[SystemLine, ...] = ()
    hosts: tuple[HostLine, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    oncall: Mapping[str, str] = {}
    incidents: Mapping[str, int] = {}
    cause: str = ""


class _State(Value, frozen=True, kw_only=True):
    state: str
    n: int


def read(io: Io, store: Store, site: Site) -> Scene:
    """The scene now; lights are unknown where Prometheus does not answer."""
    now = io.now()
    bare = Scene(
        site=site.settings.name,
        at=now,
        oncall=duties(io, site, now),
        incidents=_incidents(store),
    )
    try:
        alerts = _alerts(io, site)
        values = {name: _by_host(io, site, promql) for name, promql in _BY_HOST.items()}
        probes = _probes(io, site)
    except OpsError as error:
        return msgspec.structs.replace(bare, cause=error.cause)
    return msgspec.structs.replace(
        bare,
        systems=tuple(_systems(io, site, alerts, probes)),
        hosts=tuple(_hosts(site, alerts, values, now.timestamp())),
        alerts=tuple(alerts),
    )


def _incidents(store: Store) -> dict[str, int]:
    sql = "SELECT state, count(*) AS n FROM incident WHERE state <> 'resolved' GROUP BY state"
    return {row.state: row.n for row in store.read(_State, sql)}


def _by_host(io: Io, site: Site, promql: str) -> dict[str, float]:
    return {s.metric.get("instance", ""): s.number for s in live.query(io, site, promql)}


def _probes(io: Io, site: Site) -> dict[str, tuple[int, int]]:
    """Good probes and all of them, by system."""
    good = live.query(io, site, "sum by (system) (probe_success)")
    every = live.query(io, site, "count by (system) (probe_success)")
    counts = {s.metric.get("system", ""): int(s.number) for s in every}
    return {
        name: (int(s.number), counts.get(name, 0))
        for s in good
        if (name := s.metric.get("system", ""))
    }


def _alerts(io: Io, site: Site) -> list[AlertLine]:
    """Firing alerts that are for people, the critical ones first."""
    lines = [
        AlertLine(
            severity=alert.labels.get("severity", ""),
            alert=alert.labels.get("alertname", ""),
            instance=alert.labels.get("instance", ""),
            system=alert.labels.get("system", ""),
            team=alert.labels.get("team", ""),
            since=alert.activeAt,
            summary=alert.annotations.get(_summary(site), ""),
            runbook=alert.annotations.get("runbook", ""),
        )
        for alert in live.firing(io, site)
        if alert.labels.get("severity") != "info"
    ]
    return sorted(lines, key=lambda line: (line.severity != "critical", line.since, line.alert))


def _summary(site: Site) -> str:
    return "summary_zh" if site.settings.language == "zh" else "summary"


def _systems(
    io: Io, site: Site, alerts: list[AlertLine], probes: Mapping[str, tuple[int, int]]
) -> list[SystemLine]:
    lines = []
    for state in running.list_systems(io, site):
        good, count = probes.get(state.system, (0, 0))
        name = site.inventory.systems[state.system].name
        mine = [alert for alert in alerts if alert.system == state.system]
        lines.append(
            SystemLine(
                system=state.system,
                name=name.zh if site.settings.language == "zh" else name.en,
                class_=state.class_,
                light=_light(state.light, good, count, mine),
                hosts_up=state.hosts_up,
                hosts=state.hosts,
                probes_good=good,
                probes=count,
                alerts=len(mine),
                age_seconds=state.age_seconds,
            )
        )
    return lines


def _light(hosts: Light, good: int, count: int, alerts: list[AlertLine]) -> Light:
    """The worst of hosts, probes and alerts; what only probes look at is judged by them."""
    lights = [hosts] if hosts is not Light.UNKNOWN or not count else []
    if count:
        lights.append(Light.OK if good == count else Light.BAD)
    if alerts:
        critical = any(alert.severity == "critical" for alert in alerts)
        lights.append(Light.BAD if critical else Light.WARN)
    return worst(lights)


def _hosts(
    site: Site, alerts: list[AlertLine], values: Mapping[str, Mapping[str, float]], now: float
) -> list[HostLine]:
    lines = []
    for host, up in sorted(values["up"].items()):
        systems = site.inventory.systems_of(host)
        mine = [alert for alert in alerts if alert.instance == host]
        seconds = site.inventory.systems[systems[0]].scrape_seconds if systems else STALE_SECONDS
        age = now - values["at"].get(host, 0.0)
        light = _light(Light.OK if up else Light.BAD, 0, 0, mine)
        lines.append(
            HostLine(
                host=host,
                system=systems[0] if systems else "",
                light=fresh(light, age, _INTERVALS * seconds),
                cpu=values["cpu"].get(host),
                memory=values["memory"].get(host),
                disk=values["disk"].get(host),
                alerts=len(mine),
                age_seconds=round(age, 1),
            )
        )
    return lines
