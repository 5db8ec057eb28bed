"""zones.yml: networks that are real and belong to one zone each."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from hisops.core.config import Path, Problem
from hisops.core.model import Zone
from hisops.core.site import Site
from hisops.core.text import did_you_mean

FILE = "inventory/zones.yml"
_LAST_VLAN = 4094

Network = IPv4Network | IPv6Network


def check(site: Site) -> Iterator[Problem]:
    """Wrong networks and VLANs, those of two zones, and allowed hosts that do not exist."""
    inventory = site.inventory
    networks: list[tuple[str, Network]] = []
    vlans: dict[int, str] = {}
    for key, zone in inventory.zones.items():
        yield from _networks(key, zone, networks)
        yield from _vlans(key, zone, vlans)
        for number, host in enumerate(zone.allow):
            if host not in inventory.hosts:
                fix = did_you_mean(host, inventory.hosts) or "name a host of the inventory"
                cause = f"{key}: there is no host {host!r}"
                yield _problem((key, "allow", number), cause, fix)


def known_networks(zone: Zone) -> list[Network]:
    """Networks of a zone as far as they make sense, so that one mistake is not told twice."""
    found: list[Network] = []
    for text in zone.networks:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:  # told by `check`
            continue
    return found


def _networks(key: str, zone: Zone, known: list[tuple[str, Network]]) -> Iterator[Problem]:
    for number, text in enumerate(zone.networks):
        at = (key, "networks", number)
        try:
            network = ip_network(text)
        except ValueError as error:
            yield _problem(at, f"{key}: {error}", "write the network as 10.20.30.0/24")
            continue
        for other, taken in known:
            if taken.version == network.version and network.overlaps(taken):
                cause = f"{key}: {network} overlaps {taken} of zone {other}"
                yield _problem(at, cause, "an address belongs to one zone")
        known.append((key, network))


def _vlans(key: str, zone: Zone, taken: dict[int, str]) -> Iterator[Problem]:
    first, _, last = str(zone.vlan).partition("-")
    if not zone.vlan:
        return
    if not (first.isdecimal() and (last or first).isdecimal()):
        cause = f"{key}: expected a VLAN such as 20 or 100-139, got {zone.vlan!r}"
        yield _problem((key, "vlan"), cause, "write a number from 1 to 4094, or two with a dash")
        return
    numbers = range(int(first), int(last or first) + 1)
    if not numbers or numbers[0] < 1 or numbers[-1] > _LAST_VLAN:
        cause = f"{key}: {zone.vlan} is no VLAN: they go from 1 to {_LAST_VLAN}"
        yield _problem((key, "vlan"), cause, "write a number from 1 to 4094, or two with a dash")
        return
    others = {taken[number] for number in numbers if number in taken}
    for other in sorted(others):
        cause = f"{key}: VLAN {zone.vlan} is in zone {other} too"
        yield _problem((key, "vlan"), cause, "a VLAN belongs to one zone")
    taken.update(dict.fromkeys(numbers, key))


def _problem(at: Path, cause: str, fix: str) -> Problem:
    return Problem(file=FILE, at=at, cause=cause, fix=fix)
