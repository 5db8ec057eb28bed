"""What Prometheus scrapes: the agents of the inventory, itself and the engine.

A host is measured when its Ansible variable `agent_port` is set, at `ansible_host:agent_port`.
Nothing is sent into a zone whose probe is `never`, or `allow-list` without the host's name in it.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

import msgspec

from hisops.core.model import Class, Host, Inventory, System, Value, Zone
from hisops.core.settings import Settings

_LAST_PORT = 65535


class Target(Value, frozen=True, kw_only=True):
    """An address to scrape, the tier it is polled in and the labels of all its series."""

    address: str
    tier: int
    labels: Mapping[str, str]

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, where plain HTTP is enough."""
        return is_loopback(self.address)

    @property
    def group(self) -> str:
        """The scrape job, and the stem of the target file, that it belongs to."""
        return f"tier-{self.tier}" + ("-local" if self.is_local else "")


class Unmeasured(Value, frozen=True, kw_only=True):
    """A host with an agent that may not be asked."""

    host: str
    zone: str
    reason: str


class _Entry(Value, frozen=True, kw_only=True):
    """One group of a target file (prometheus.io/docs, file_sd_config)."""

    targets: tuple[str, ...]
    labels: Mapping[str, str]


def list_targets(inventory: Inventory, settings: Settings) -> list[Target]:
    """Every target of the site: hosts by name, then the site's own programs."""
    systems, zones = main_systems(inventory), Zones(inventory.zones)
    found = []
    for name, host in sorted(inventory.hosts.items()):
        port, zone = _port(host), zones.of(host)
        if port is not None and not forbidden(name, inventory.zones.get(zone)):
            system = systems.get(name, "")
            found.append(_agent(inventory, host, port, system, zone))
    return found + _own(inventory, settings, {target.address for target in found})


def list_unmeasured(inventory: Inventory) -> list[Unmeasured]:
    """Hosts with an agent that their zone keeps Prometheus away from."""
    zones, found = Zones(inventory.zones), []
    for name, host in sorted(inventory.hosts.items()):
        zone = zones.of(host)
        reason = forbidden(name, inventory.zones.get(zone)) if _port(host) else ""
        if reason:
            found.append(Unmeasured(host=name, zone=zone, reason=reason))
    return found


def render(targets: Iterable[Target]) -> dict[str, str]:
    """Target files by their stem, as JSON; equal labels share one entry."""
    groups: dict[str, dict[tuple[tuple[str, str], ...], list[str]]] = {}
    for target in targets:
        labels = tuple(target.labels.items())
        groups.setdefault(target.group, {}).setdefault(labels, []).append(target.address)
    files = {}
    for stem in sorted(groups):
        entries = [
            _Entry(targets=tuple(addresses), labels=dict(labels))
            for labels, addresses in groups[stem].items()
        ]
        files[stem] = msgspec.json.format(msgspec.json.encode(entries), indent=1).decode() + "\n"
    return files


def is_loopback(address: str) -> bool:
    """Whether ADDRESS:PORT can be reached from this machine only."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name: only one stands for this machine, whatever it begins with
        return host == "localhost"


def tier(system: System) -> int:
    """How often its hosts are measured: its own tier, else by class (oncall.md, decision 4)."""
    return system.tier if system.tier is not None else int(system.class_.value[1])


def owner_labels(inventory: Inventory, system: str) -> dict[str, str]:
    """A system with its class and team; without one, class C3 and the site's own team."""
    known = inventory.systems.get(system)
    return {
        "system": system,
        "class": known.class_.value if known else Class.C3.value,
        "team": known.owner if known else home_team(inventory),
    }


def home_team(inventory: Inventory) -> str:
    """Who looks after what no system owns: the owner of the system `hisops`, else the first team."""
    own = inventory.systems.get("hisops")
    return own.owner if own else next(iter(inventory.teams), "")


class Zones:
    """Finds the zone of a host: its variable `zone`, else by its address."""

    def __init__(self, zones: Mapping[str, Zone]) -> None:
        nets = [
            (ip_network(n, strict=False), z) for z, zone in zones.items() for n in zone.networks
        ]
        self._nets = sorted(nets, key=lambda pair: -pair[0].prefixlen)

    def of(self, host: Host) -> str:
        """The zone's name; empty when no zone holds the host."""
        named = host.vars.get("zone")
        if isinstance(named, str):
            return named
        try:
            address = ip_address(host.address)
        except ValueError:
            return ""
        return next((zone for net, zone in self._nets if address in net), "")


def main_systems(inventory: Inventory) -> dict[str, str]:
    """The most critical system of each host, in one pass over all memberships."""
    rank = {name: (tier(s), s.class_.value, name) for name, s in inventory.systems.items()}
    found: dict[str, str] = {}
    for name in sorted(rank, key=lambda name: rank[name]):
        for pattern in inventory.systems[name].hosts:
            for host in inventory.members(pattern):
                found.setdefault(host, name)
    return found


def _agent(inventory: Inventory, host: Host, port: int, system: str, zone: str) -> Target:
    known = inventory.systems.get(system)
    # A host that belongs to no system is not known to be unimportant.
    level = tier(known) if known else int(Class.C3.value[1])
    labels = {
        "job": "agent",
        "instance": host.name,
        **owner_labels(inventory, system),
        "tier": str(level),
        "zone": zone,
    }
    address = f"[{host.address}]" if ":" in host.address else host.address
    return Target(address=f"{address}:{port}", tier=level, labels=_filled(labels))


def _own(inventory: Inventory, settings: Settings, known: set[str]) -> list[Target]:
    """Prometheus, the engine, and the embedded agent unless the inventory holds it already."""
    parts = [("prometheus", settings.prometheus.listen, 1), ("engine", settings.engine.listen, 0)]
    if "agent" in settings.stack and settings.agent.listen not in known:
        parts.append(("agent", settings.agent.listen, 1))
    if "prober" in settings.stack:
        parts.append(("prober", settings.prober.listen, 1))
    common = {"system": "hisops", "class": Class.C1.value, "team": home_team(inventory)}
    return [
        Target(
            address=address,
            tier=level,
            labels=_filled({"job": job, "instance": settings.name, **common, "tier": str(level)}),
        )
        for job, address, level in parts
    ]


def forbidden(host: str, zone: Zone | None) -> str:
    """Why nothing may be sent to a host; empty when it may."""
    if zone is None or zone.probe == "open" or host in zone.allow:
        return ""
    return f"the zone's probe is {zone.probe} and its allow list lacks the host"


def _port(host: Host) -> int | None:
    text = str(host.vars.get("agent_port", ""))
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= _LAST_PORT else None


def _filled(labels: Mapping[str, str]) -> dict[str, str]:
    """Without the empty ones: to Prometheus an empty label is none."""
    return {key: value for key, value in labels.items() if value}
