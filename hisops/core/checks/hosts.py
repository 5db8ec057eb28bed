"""Hosts: addresses, zones and systems; the same mistake of many hosts is told once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

from hisops.core import watched
from hisops.core.checks.zones import Network, known_networks
from hisops.core.config import Path, Problem
from hisops.core.inventory.vault import Vaulted
from hisops.core.model import Host, Inventory
from hisops.core.site import Site
from hisops.core.text import did_you_mean

_NUMERIC = re.compile(r"[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*")
_NAME = re.compile(r"[A-Za-z0-9_]([\w.-]*[A-Za-z0-9_])?")
_SECRET = re.compile(r"(^|_)(pass|password|passwd|passphrase|secret|token|api_key)$", re.IGNORECASE)
_LAST_PORT = 65535
_Found = tuple[Host, str, str, str]


class Variable(Problem, frozen=True, kw_only=True):
    """A mistake in a host's variable; where it is set is looked up when it is told."""

    host: str
    variable: str


def check(site: Site) -> Iterator[Problem]:
    """Every mistake of a host, grouped by where it is written."""
    inventory = site.inventory
    yield from _grouped(_addresses(inventory))
    yield from _grouped(_zones(inventory))
    yield from _grouped(_ports(inventory))
    yield from _grouped(_watched(inventory))
    yield from _grouped(_systems(inventory))
    yield from _grouped(_secrets(inventory))


def _addresses(inventory: Inventory) -> Iterator[_Found]:
    taken: dict[tuple[str, str], str] = {}
    for host in inventory.hosts.values():
        address = _parsed(host.address)
        if address is None and not _is_name(host.address):
            cause = f"{host.address!r} is no address and no host name"
            yield host, "ansible_host", cause, "write an address such as 10.20.0.11"
        if "ansible_host" in host.vars and not (address and address.is_loopback):
            key = (host.address, str(host.vars.get("ansible_port", "")))
            other = taken.setdefault(key, host.name)
            if other != host.name:
                cause = f"its address {host.address} is that of {other} too"
                yield host, "ansible_host", cause, "give each host its own address"


def _zones(inventory: Inventory) -> Iterator[_Found]:
    networks = {key: known_networks(zone) for key, zone in inventory.zones.items()}
    for host in inventory.hosts.values() if inventory.zones else ():
        zone, address = str(host.vars.get("zone", "")), _parsed(host.address)
        if zone and zone not in inventory.zones:
            fix = did_you_mean(zone, inventory.zones) or "add it to inventory/zones.yml"
            yield host, "zone", f"there is no zone {zone!r}", fix
        elif zone:
            yield from _outside(host, zone, address, networks)
        elif address and not any(_holds(own, address) for own in networks.values()):
            cause = f"its address {address} is in no zone"
            fix = "add the network to a zone of inventory/zones.yml"
            yield host, "ansible_host", cause, fix
        elif (
            "agent_port" in host.vars
            and _is_name(host.address)
            and host.vars.get("ansible_host", 1)
        ):
            cause = "it is measured, and its zone is not known"
            yield host, "", cause, "set the variable zone, or ansible_host to its address"


def _outside(
    host: Host,
    zone: str,
    address: IPv4Address | IPv6Address | None,
    networks: Mapping[str, Iterable[Network]],
) -> Iterator[_Found]:
    own = list(networks[zone])
    if address and own and not _holds(own, address):
        cause = f"its address {address} is not in zone {zone}"
        yield host, "ansible_host", cause, "mend the address, or the variable zone"


def _ports(inventory: Inventory) -> Iterator[_Found]:
    for host in inventory.hosts.values():
        port = str(host.vars.get("agent_port", 1))
        if not (port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT):
            cause = f"agent_port: expected a port, got {port!r}"
            yield host, "agent_port", cause, "write agent_port: 9100"


def _watched(inventory: Inventory) -> Iterator[_Found]:
    for host in inventory.hosts.values():
        for variable, cause, fix in watched.mistakes(host.vars):
            yield host, variable, cause, fix


def _systems(inventory: Inventory) -> Iterator[_Found]:
    used = {h for s in inventory.systems.values() for p in s.hosts for h in inventory.members(p)}
    for host in inventory.hosts.values():
        if "agent_port" in host.vars and host.name not in used:
            cause = "it is measured, and belongs to no system"
            fix = "add it, or one of its groups, to the hosts of a system in inventory/systems.yml"
            yield host, "", cause, fix


def _secrets(inventory: Inventory) -> Iterator[_Found]:
    for host in inventory.hosts.values():
        for key, value in host.vars.items():
            plain = isinstance(value, str) and value and "{{" not in value
            if plain and not isinstance(value, Vaulted) and _SECRET.search(key):
                cause = f"{key} holds a secret in plain text"
                yield (
                    host,
                    key,
                    cause,
                    "encrypt it: ansible-vault encrypt_string --stdin-name " + key,
                )


def _grouped(found: Iterable[_Found]) -> Iterator[Problem]:
    """One problem for hosts of the same mistake that come from the same entry."""
    groups: dict[tuple[str, Path, int, str, str, str], list[Host]] = {}
    for host, variable, cause, fix in found:
        entry = (host.file, host.at, host.line, variable, cause, fix)
        groups.setdefault(entry, []).append(host)
    for (file, at, line, variable, cause, fix), hosts in groups.items():
        more = f" (and {len(hosts) - 1} more like it)" if len(hosts) > 1 else ""
        yield Variable(
            file=file,
            at=at,
            line=line,
            cause=f"{hosts[0].name}{more}: {cause}",
            fix=fix,
            host=hosts[0].name,
            variable=variable,
        )


def _holds(networks: Iterable[Network], address: IPv4Address | IPv6Address) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not _NUMERIC.fullmatch(text)
