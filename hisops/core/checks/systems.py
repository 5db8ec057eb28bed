"""systems.yml: owners, hosts, dependencies and recovery times."""

import re
from collections.abc import Iterator

from hisops.core.config import Problem
from hisops.core.model import POLICIES, Class, Inventory, System
from hisops.core.site import Site
from hisops.core.text import did_you_mean, span

FILE = "inventory/systems.yml"
FAULT_TYPES = ("hardware", "network", "software", "security", "facility", "process")
_ID = re.compile(r"[a-z][a-z0-9-]*")
_NEED_HOSTS = (Class.C1, Class.C2)


def check(site: Site) -> Iterator[Problem]:
    """Names that do not exist, circles, promises that cannot be kept."""
    inventory = site.inventory
    for key, system in inventory.systems.items():
        yield from _names(key, system, inventory)
        yield from _hosts(key, system, inventory)
        yield from _times(key, system, inventory)
        yield from _plans(key, system)
    yield from _circles(inventory)


def _names(key: str, system: System, inventory: Inventory) -> Iterator[Problem]:
    if not _ID.fullmatch(key):
        fix = "use small letters, digits and dashes"
        yield _problem(key, (), "a system's id becomes a label", fix)
    for language in ("zh", "en"):
        if not getattr(system.name, language).strip():
            yield _problem(key, ("name", language), "the name is empty", "write the name")
    if system.owner not in inventory.teams:
        fix = did_you_mean(system.owner, inventory.teams) or "add the team to inventory/teams.yml"
        yield _problem(key, ("owner",), f"there is no team {system.owner!r}", fix)
    for number, other in enumerate(system.depends_on):
        if other not in inventory.systems:
            fix = did_you_mean(other, inventory.systems) or "add the system, or take it out"
            yield _problem(key, ("depends_on", number), f"there is no system {other!r}", fix)


def _hosts(key: str, system: System, inventory: Inventory) -> Iterator[Problem]:
    for number, pattern in enumerate(system.hosts):
        if pattern not in inventory.groups and pattern not in inventory.hosts:
            known = [*inventory.groups, *inventory.hosts]
            fix = did_you_mean(pattern, known) or "name a host or a group of the inventory"
            yield _problem(key, ("hosts", number), f"there is no host or group {pattern!r}", fix)
        elif not inventory.members(pattern):
            cause = f"the group {pattern!r} has no hosts"
            yield _problem(key, ("hosts", number), cause, "add hosts to it, or take it out")
    if not system.hosts and system.class_ in _NEED_HOSTS:
        cause = f"a system of class {system.class_.value} without hosts is not watched"
        yield _problem(key, (), cause, "add `hosts:` with hosts or groups")


def _times(key: str, system: System, inventory: Inventory) -> Iterator[Problem]:
    policy = POLICIES[system.class_]
    for name, promise in (("rto", policy.rto), ("rpo", policy.rpo)):
        own = getattr(system, name)
        if own is not None and own.seconds > promise.seconds:
            cause = f"{own} is laxer than class {system.class_.value} allows ({promise})"
            yield _problem(key, (name,), cause, "promise less time, or lower the class")
    for number, other in enumerate(system.depends_on):
        needed = inventory.systems.get(other)
        if needed is not None and needed.rto_seconds > system.rto_seconds:
            slow, fast = span(needed.rto_seconds), span(system.rto_seconds)
            cause = f"{other} may take {slow} to return, and {key} must be back in {fast}"
            fix = f"give {other} a stricter rto or class"
            yield _problem(key, ("depends_on", number), cause, fix)


def _plans(key: str, system: System) -> Iterator[Problem]:
    for fault in system.plans:
        if fault not in FAULT_TYPES:
            fix = did_you_mean(fault, FAULT_TYPES) or f"known: {', '.join(FAULT_TYPES)}"
            yield _problem(key, ("plans", fault), f"there is no fault type {fault!r}", fix)


def _circles(inventory: Inventory) -> Iterator[Problem]:
    """Each circle once, told at the system of it that comes first by name."""
    systems = inventory.systems
    seen: set[frozenset[str]] = set()
    for start in sorted(systems):
        way = _way_back(start, inventory)
        if way and frozenset(way) not in seen:
            seen.add(frozenset(way))
            cause = f"depends on itself: {' → '.join([*way, start])}"
            yield _problem(start, ("depends_on",), cause, "take one of these dependencies out")


def _way_back(start: str, inventory: Inventory) -> list[str]:
    """Shortest way along dependencies from a system to itself; empty when there is none."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for other in inventory.systems[way[-1]].depends_on:
            if other == start:
                return way
            if other in inventory.systems and other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _problem(key: str, at: tuple[str | int, ...], cause: str, fix: str) -> Problem:
    return Problem(file=FILE, at=(key, *at), cause=f"{key}: {cause}", fix=fix)
