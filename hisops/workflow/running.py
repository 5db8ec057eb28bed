"""What runs now: the parts of the stack, the systems by their hosts, the firing alerts."""

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.workflow import live, parts
from hisops.workflow.light import Light, fresh

_INTERVALS = 3  # a value older than this many scrapes is stale


class PartState(Value, frozen=True, kw_only=True):
    """A program of the embedded stack."""

    name: str
    light: Light
    address: str


class SystemState(Value, frozen=True, kw_only=True):
    """A system by its measured hosts; the age is that of the oldest measurement."""

    system: str
    class_: str
    light: Light
    hosts_up: int
    hosts: int
    age_seconds: float | None


class AlertState(Value, frozen=True, kw_only=True):
    """A firing alert."""

    name: str
    severity: str
    instance: str
    since: str


def list_parts(io: Io, site: Site) -> list[PartState]:
    """Each part that the site's stack has, and whether it answers."""
    rows = []
    for name in site.settings.stack:
        part = parts.load(name)
        light = Light.OK if part.ready(io, site) else Light.BAD
        rows.append(PartState(name=name, light=light, address=part.address(site) or "socket"))
    return rows


def list_systems(io: Io, site: Site) -> list[SystemState]:
    """Each system with the hosts that Prometheus measures; unknown when it does not answer."""
    try:
        now = io.now().timestamp()
        up = {
            s.metric.get("instance", ""): s.number for s in live.query(io, site, 'up{job="agent"}')
        }
        at = live.query(io, site, 'timestamp(up{job="agent"})')
        ages = {s.metric.get("instance", ""): now - s.number for s in at}
    except OpsError:
        up, ages = {}, {}
    return [_system(site, name, up, ages) for name in site.inventory.systems]


def list_alerts(io: Io, site: Site) -> list[AlertState] | None:
    """Firing alerts without the heartbeat; None when Prometheus does not answer."""
    try:
        alerts = live.firing(io, site)
    except OpsError:
        return None
    return [
        AlertState(
            name=alert.labels.get("alertname", ""),
            severity=alert.labels.get("severity", ""),
            instance=alert.labels.get("instance", ""),
            since=alert.activeAt,
        )
        for alert in alerts
        if alert.labels.get("severity") != "info"
    ]


def loudest(alerts: list[AlertState] | None) -> Light:
    """The light of all alerts together."""
    if alerts is None:
        return Light.UNKNOWN
    if any(alert.severity == "critical" for alert in alerts):
        return Light.BAD
    return Light.WARN if alerts else Light.OK


def _system(site: Site, name: str, up: dict[str, float], ages: dict[str, float]) -> SystemState:
    system = site.inventory.systems[name]
    hosts = sorted({host for p in system.hosts for host in site.inventory.members(p)})
    seen = [host for host in hosts if host in up]
    healthy = sum(up[host] == 1 for host in seen)
    age = max((ages.get(host, 0.0) for host in seen), default=None)
    light = Light.UNKNOWN if not seen else Light.OK if healthy == len(hosts) else Light.BAD
    if age is not None:
        light = fresh(light, age, _INTERVALS * system.scrape_seconds)
    return SystemState(
        system=name,
        class_=system.class_.value,
        light=light,
        hosts_up=healthy,
        hosts=len(hosts),
        age_seconds=None if age is None else round(age, 1),
    )
