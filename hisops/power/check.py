"""power.yml against the inventory: names that nobody knows, figures that cannot be."""

from collections.abc import Collection, Iterator

from hisops.core.config import Path, Problem, dotted
from hisops.core.model import Inventory
from hisops.core.text import did_you_mean
from hisops.power.settings import FILE, Power


def check(power: Power, inventory: Inventory) -> Iterator[Problem]:
    """Every mistake that the file alone does not show."""
    for name in power.systems:
        yield from _known(("systems", name), name, "system", inventory.systems)
    yield from _parts(power, inventory)
    yield from _loads(power)
    for name, rack in power.racks.items():
        yield from _hosts(("racks", name, "pdus"), rack.pdus, inventory)
    yield from _hosts(("meters", "ups"), power.meters.ups, inventory)
    yield from _hosts(("meters", "pdu"), power.meters.pdu, inventory)


def _parts(power: Power, inventory: Inventory) -> Iterator[Problem]:
    known = [*inventory.systems, *power.parts]
    for name, part in power.parts.items():
        if name in inventory.systems:
            cause = f"{name} is a system of the inventory"
            yield _problem(("parts", name), cause, "set it under `systems:`")
        yield from _hosts(("parts", name, "hosts"), part.hosts, inventory)
        for number, other in enumerate(part.needs):
            yield from _known(("parts", name, "needs", number), other, "system or part", known)


def _loads(power: Power) -> Iterator[Problem]:
    for place, loads in (("systems", power.systems), ("parts", power.parts)):
        for name, load in loads.items():
            if load.watts < 0:
                yield _problem((place, name, "watts"), "watts below zero", "write 0 or more")
            for number, rack in enumerate(load.racks):
                yield from _known((place, name, "racks", number), rack, "rack", power.racks)


def _hosts(at: Path, patterns: tuple[str, ...], inventory: Inventory) -> Iterator[Problem]:
    for number, pattern in enumerate(patterns):
        if not inventory.members(pattern):
            known = [*inventory.groups, *inventory.hosts]
            fix = did_you_mean(pattern, known) or "name a host or a group of the inventory"
            yield _problem((*at, number), f"there is no host or group {pattern!r}", fix)


def _known(at: Path, name: str, what: str, known: Collection[str]) -> Iterator[Problem]:
    if name not in known:
        fix = did_you_mean(name, known) or f"name a {what} that exists"
        yield _problem(at, f"there is no {what} {name!r}", fix)


def _problem(at: Path, cause: str, fix: str) -> Problem:
    return Problem(file=FILE, at=at, cause=f"{dotted(at)}: {cause}", fix=fix)
