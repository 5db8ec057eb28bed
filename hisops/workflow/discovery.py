"""Discovery for a site: who is known already, whom to ask, and the change to propose."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.text import did_you_mean
from hisops.net import arp, fabric, proposal, sight
from hisops.net.discovery import Search, Trace, addresses_of
from hisops.net.imports import checkmk, table, zabbix
from hisops.net.zone import Zones
from hisops.workflow import network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hisops.core.io import Io
    from hisops.core.net import Net
    from hisops.core.site import Site
    from hisops.net.proposal import Entry, Proposal
    from hisops.wire.snmp.credentials import Credentials

READERS: Mapping[str, Callable[[bytes, str], list[Entry]]] = {
    "zabbix": zabbix.read,
    "checkmk": checkmk.read,
}
_MOST_BYTES = 100_000_000


def guard(site: Site) -> Callable[[str], str]:
    """Why nothing may be sent to an address by a search; empty when it may."""
    zones = Zones(site.inventory.zones)

    def refuse(address: str) -> str:
        if zones.is_open(address):
            return ""
        return f"zone {zones.of(address) or '(none)'} is not open to searches"

    return refuse


def start(io: Io, site: Site, sources: Iterable[str], zone: str, *, sweep: bool) -> list[Trace]:
    """Addresses that are known without sending anything, and with `sweep` all of a zone."""
    inventory, wished = site.inventory, set(sources)
    if zone and zone not in inventory.zones:
        fix = did_you_mean(zone, inventory.zones) or "see inventory/zones.yml"
        raise OpsError(f"there is no zone {zone!r}", fix=fix, code=Exit.USAGE)
    found: list[Trace] = []
    if "arp" in wished:
        found += _own_neighbours(io)
    if "lldp" in wished:
        found += _strangers(io, site)
    if sweep:
        if not zone:
            raise OpsError("--sweep needs --zone", fix="name one zone", code=Exit.USAGE)
        found += [Trace(address=address) for address in addresses_of(inventory.zones[zone])]
    return select(site, found, zone)


def select(site: Site, traces: Iterable[Trace], zone: str) -> list[Trace]:
    """Each address once in their order, of the zone when one is named, without known ones."""
    zones = Zones(site.inventory.zones)
    known = {host.address for host in site.inventory.hosts.values()}
    found: dict[str, Trace] = {}
    for trace in traces:
        key = trace.address or trace.name
        is_there = not zone or zones.of(trace.address) == zone
        if key and trace.address not in known and is_there and not (key in found and not trace.by):
            found[key] = trace
    return sorted(found.values(), key=_place)


def _place(trace: Trace) -> tuple[int, int, str]:
    """Addresses as numbers, then names: the same network always gives the same proposal."""
    try:
        address = ip_address(trace.address)
    except ValueError:
        return (9, 0, trace.name)
    return (address.version, int(address), trace.name)


async def look(
    net: Net,
    site: Site,
    traces: Sequence[Trace],
    sources: Iterable[str],
    *,
    per_second: float,
    credentials: Credentials | None,
    zone: str,
) -> list[Trace]:
    """What the addresses answer; the ARP tables of switches and routers add to them first."""
    wished, zones = set(sources), Zones(site.inventory.zones)
    found = list(traces)
    if "arp" in wished and credentials is not None:
        works = [
            arp.ask(net, name, host.address, credentials)
            for name, host in site.inventory.hosts.items()
            if fabric.role_of(host) is not fabric.Role.END and zones.is_open(host.address)
        ]
        more = [trace for rows in await net.gather(works, limit=10) for trace in rows]
        found = select(site, [*found, *more], zone)
    search = Search(net, zones, wished, per_second=per_second, credentials=credentials)
    return await search.look(found)


def propose(io: Io, site: Site, entries: Iterable[Entry], source: str) -> Proposal:
    """The change of inventory/hosts.yml."""
    path = _file(site)
    old = io.read(path) if io.exists(path) else ""
    return proposal.propose(entries, site.inventory, old, source, io.now().date())


def read_import(io: Io, kind: str, file: str, columns: Mapping[str, str]) -> list[Entry]:
    """The hosts of another program's file; raises OpsError USAGE with what is wrong in it."""
    data = io.read_bytes(file)
    if len(data) > _MOST_BYTES:
        raise OpsError(f"{file}: longer than {_MOST_BYTES} bytes", code=Exit.USAGE)
    try:
        return table.read(data, columns) if kind == "csv" else READERS[kind](data, file)
    except (ValueError, RecursionError) as error:
        fix = f"give a {kind} export; docs/network.md says which"
        raise OpsError(f"{file}: {error}", fix=fix, code=Exit.USAGE) from None


def write(io: Io, site: Site, change: Proposal) -> None:
    """Put a proposal into the inventory."""
    io.write(_file(site), change.text)


def _file(site: Site) -> str:
    return str(Path(site.root, proposal.FILE))


def _own_neighbours(io: Io) -> list[Trace]:
    done = io.run(arp.COMMAND, timeout=10)
    try:
        return arp.parse(done.out)
    except ValueError as error:
        cause = f"ip neighbour: {done.last_error or error}"
        raise OpsError(cause, fix="install iproute2") from None


def _strangers(io: Io, site: Site) -> list[Trace]:
    """Neighbours of switches that the inventory lacks."""
    names = sight.names_of(site.inventory)
    found = []
    for each in network.look(io, site).neighbours:
        if names.of(each):
            continue
        words: dict[str, str | int] = {"seen_on": f"{each.device}:{each.port}"}
        if each.chassis:
            words["chassis_mac"] = each.chassis
        kind = "switch" if each.passes_on else ""
        name = each.neighbor or each.chassis
        found.append(Trace(address=each.address, by=("lldp",), name=name, kind=kind, vars=words))
    return found
