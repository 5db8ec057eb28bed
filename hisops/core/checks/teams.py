"""teams.yml: people who can be reached, and teams of people who exist."""

import re
from collections.abc import Iterator, Mapping

from hisops.core.config import Path, Problem
from hisops.core.model import Person, Team
from hisops.core.site import Site
from hisops.core.text import did_you_mean

FILE = "inventory/teams.yml"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{1,20}")


def check(site: Site) -> Iterator[Problem]:
    """People whom nobody can reach, members and leads that do not exist."""
    inventory = site.inventory
    addresses: dict[str, str] = {}
    for key, person in inventory.people.items():
        yield from _person(key, person, addresses)
    members = {name for team in inventory.teams.values() for name in team.members}
    for key in inventory.people.keys() - members:
        yield _problem(("people", key), f"{key} is in no team", "add them to a team's members")
    for key, team in inventory.teams.items():
        yield from _team(key, team, inventory.people)


def _person(key: str, person: Person, addresses: dict[str, str]) -> Iterator[Problem]:
    at = ("people", key)
    if not (person.email or person.phone or person.webhook):
        cause = f"{key} cannot be reached: no email, phone or webhook"
        yield _problem(at, cause, "add one of them")
    if person.email and not _EMAIL.fullmatch(person.email):
        cause = f"{key}: {person.email!r} is no e-mail address"
        yield _problem((*at, "email"), cause, "write it as name@hospital.example")
    if person.phone and not _PHONE.fullmatch(person.phone):
        cause = f"{key}: {person.phone!r} is no telephone number"
        yield _problem((*at, "phone"), cause, 'write it in quotes, as "+86 10 5555 0100"')
    if person.email and addresses.setdefault(person.email, key) != key:
        cause = f"{key}: {person.email} belongs to {addresses[person.email]} too"
        yield _problem((*at, "email"), cause, "give each person an address of their own")


def _team(key: str, team: Team, people: Mapping[str, Person]) -> Iterator[Problem]:
    at = ("teams", key)
    if not team.members:
        yield _problem((*at, "members"), f"team {key} has no members", "name at least one person")
    for number, name in enumerate(team.members):
        if name not in people:
            fix = did_you_mean(name, people) or "add the person to people:"
            yield _problem((*at, "members", number), f"{key}: there is no person {name!r}", fix)
        elif name in team.members[:number]:
            cause = f"{key}: {name} stands twice"
            yield _problem((*at, "members", number), cause, "keep one of them")
    if team.lead not in team.members:
        fix = did_you_mean(team.lead, team.members) or "name one of its members"
        yield _problem((*at, "lead"), f"{key}: its lead {team.lead!r} is no member", fix)


def _problem(at: Path, cause: str, fix: str) -> Problem:
    return Problem(file=FILE, at=at, cause=cause, fix=fix)
