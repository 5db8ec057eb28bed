"""Zones from the network's side: which one an address is in, and who stands for a zone."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import NamedTuple

import yaml

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Host, Inventory, Value, Zone

MODULE = "zone_icmp"
_COUNT = 10


class Zones:
    """Finds zones by address, the smallest network first."""

    def __init__(self, zones: Mapping[str, Zone]) -> None:
        self._zones = zones
        nets = [
            (ip_network(network, strict=False), name)
            for name, zone in zones.items()
            for network in zone.networks
        ]
        self._nets = sorted(nets, key=lambda pair: -pair[0].prefixlen)

    def of(self, address: str) -> str:
        """The zone of an address; empty for a name, and for an address in none."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return ""
        return next((name for net, name in self._nets if parsed in net), "")

    def of_host(self, host: Host) -> str:
        """The zone of a host: its variable `zone`, else by its address."""
        named = host.vars.get("zone")
        return named if isinstance(named, str) else self.of(host.address)

    def is_open(self, address: str) -> bool:
        """Whether anything may be sent to an address that no list names: only in an open zone."""
        zone = self.of(address)
        return bool(zone) and self._zones[zone].probe == "open"


class Cell(Value, frozen=True, kw_only=True):
    """Loss and round trip from one zone to another, now and over the day before."""

    from_zone: str
    zone: str
    anchor: str
    loss_percent: float
    round_trip_ms: float | None
    day_ms: float | None


class Figure(NamedTuple):
    """One value of a query with its labels."""

    labels: Mapping[str, str]
    value: float


def anchors(inventory: Inventory) -> dict[str, str]:
    """The host that stands for each zone: the one with `zone_anchor: true`, else in an open zone
    the first that has an address in it.

    A vendor who agreed to one kind of packet did not agree to all: a host of an allow list stands
    for its zone only when it is named.
    """
    zones = Zones(inventory.zones)
    named: dict[str, str] = {}
    first: dict[str, str] = {}
    for name, host in inventory.hosts.items():
        zone = zones.of_host(host)
        known = inventory.zones.get(zone)
        if known is None or (known.probe != "open" and name not in known.allow):
            continue
        if host.vars.get("zone_anchor") is True:
            named.setdefault(zone, name)
        elif known.probe == "open" and zones.of(host.address) == zone:
            first.setdefault(zone, name)
    found = {zone: named.get(zone) or first.get(zone) for zone in inventory.zones}
    return {zone: name for zone, name in found.items() if name}


def render_probes(inventory: Inventory, here: str) -> str:
    """A file for probes/ that measures the way from the zone of this machine to all others.

    Raises OpsError when no zone has a host to ask.
    """
    found = anchors(inventory)
    if not found:
        fix = "set zone_anchor: true on one host of each zone"
        raise OpsError("no zone has a host with an address", fix=fix, code=Exit.MISSING)
    module = {"probe": "icmp", "count": _COUNT, "timeout": "3 s"}
    target = {
        "module": MODULE,
        "hosts": sorted(found.values()),
        "tier": 2,
        "labels": {"from_zone": here or "monitor"},
    }
    head = "# Loss and latency between zones; written by: hisops net latency --probes\n"
    return head + yaml.safe_dump(
        {"modules": {MODULE: module}, "targets": [target]}, sort_keys=False
    )


def matrix(loss: Iterable[Figure], now: Iterable[Figure], day: Iterable[Figure]) -> list[Cell]:
    """One cell for each pair of zones that is measured."""
    means, before = _by_pair(now), _by_pair(day)
    cells = []
    for key, figure in _by_pair(loss).items():
        from_zone, zone, anchor = key
        cells.append(
            Cell(
                from_zone=from_zone,
                zone=zone,
                anchor=anchor,
                loss_percent=round(figure * 100, 2),
                round_trip_ms=_ms(means.get(key)),
                day_ms=_ms(before.get(key)),
            )
        )
    return sorted(cells, key=lambda cell: (cell.from_zone, cell.zone, cell.anchor))


def _by_pair(figures: Iterable[Figure]) -> dict[tuple[str, str, str], float]:
    names = ("from_zone", "zone", "instance")
    found = {}
    for labels, value in figures:
        a, b, c = (labels.get(name, "") for name in names)
        found[a, b, c] = value
    return found


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
