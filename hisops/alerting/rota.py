"""alerts/oncall.yml: who is called when, and how loudly."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from hisops.core import config
from hisops.core.config import Path, Problem
from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.model import Inventory, Person, Value
from hisops.core.text import Duration, did_you_mean

FILE = "alerts/oncall.yml"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAYS = {"daily": 1, "weekly": 7}


class Paging(Value, frozen=True, kw_only=True):
    """How a severity is told: by all channels at once or the first that works, and how often."""

    channels: Literal["all", "first"] = "first"
    repeat: Duration = Duration(3600)


class Shift(Value, frozen=True, kw_only=True):
    """A team's people, who take turns from a day on, at a time of day of the site."""

    people: tuple[str, ...]
    rotation: Literal["daily", "weekly"] = "weekly"
    start: date = date(2026, 1, 5)
    handover: str = "08:00"

    def __post_init__(self) -> None:
        if not self.people:
            raise ValueError("people: expected at least one")
        if not _CLOCK.fullmatch(self.handover):
            raise ValueError(f"handover: expected a time such as '08:00', got {self.handover!r}")


class Rota(Value, frozen=True, kw_only=True):
    """Everything in alerts/oncall.yml, and the site's timezone."""

    teams: Mapping[str, Shift] = {}
    fallback: str = ""
    pages: Mapping[str, Paging] = msgspec.field(
        default_factory=lambda: {
            "critical": Paging(channels="all", repeat=Duration(300)),
            "warning": Paging(),
        }
    )
    timezone: str = "Asia/Shanghai"


class _File(Value, frozen=True, kw_only=True):
    teams: Mapping[str, Shift]
    fallback: str
    pages: Mapping[str, Paging] = {}


def on_call(rota: Rota, team: str, at: datetime) -> tuple[str, ...]:
    """Keys of a team's people in the order of calling; the first is on duty.

    A team that the rota does not know is answered by the fallback team.
    """
    shift = rota.teams.get(team) or rota.teams[rota.fallback]
    turn = _turns(shift, at, ZoneInfo(rota.timezone)) % len(shift.people)
    return shift.people[turn:] + shift.people[:turn]


def hands_over(rota: Rota, team: str, at: datetime) -> datetime:
    """When the next person takes over."""
    shift, zone = rota.teams.get(team) or rota.teams[rota.fallback], ZoneInfo(rota.timezone)
    return _boundary(shift, _turns(shift, at, zone) + 1, zone)


def read(
    io: Io, root: str, inventory: Inventory, timezone: str, channels: Collection[str] = ()
) -> tuple[Rota, list[Problem]]:
    """The rota, as far as it can be read, with every mistake in it.

    `channels` are the names of the notifiers there are; empty leaves them unchecked.
    """
    problems: list[Problem] = []
    try:
        text = io.read(f"{root}/{FILE}")
    except OpsError as error:
        fix = "name who is called: see alerts/oncall.yml of the reference site"
        return Rota(timezone=timezone), [Problem(file=FILE, line=1, cause=error.cause, fix=fix)]
    problems += config.duplicate_keys(text, FILE)
    found = config.decode(config.parse(text, FILE, problems), _File, FILE, problems)
    if found is None:
        return Rota(timezone=timezone), problems
    pages = {**Rota().pages, **found.pages}
    rota = Rota(teams=found.teams, fallback=found.fallback, pages=pages, timezone=timezone)
    return rota, [*problems, *check(rota, inventory, channels)]


def check(rota: Rota, inventory: Inventory, channels: Collection[str] = ()) -> list[Problem]:
    """What does not fit together: people, teams, systems without a rota, ways to reach people."""
    found = []
    if rota.fallback not in rota.teams:
        fix = did_you_mean(rota.fallback, rota.teams) or "name one of its teams"
        cause = f"fallback: there is no team {rota.fallback!r}"
        found.append(Problem(file=FILE, at=("fallback",), cause=cause, fix=fix))
    for team, shift in rota.teams.items():
        found += _check_shift(team, shift, inventory, channels)
    for name, system in inventory.systems.items():
        if system.owner not in rota.teams:
            cause = f"teams: nobody is called for {name}: its owner {system.owner!r} has no rota"
            fix = f"add {system.owner} below teams"
            found.append(Problem(file=FILE, at=("teams",), cause=cause, fix=fix))
    return found


def _check_shift(
    team: str, shift: Shift, inventory: Inventory, channels: Collection[str]
) -> list[Problem]:
    found, at = [], ("teams", team)
    if team not in inventory.teams:
        fix = did_you_mean(team, inventory.teams) or "add it to inventory/teams.yml"
        cause = f"teams.{team}: there is no such team in the inventory"
        found.append(Problem(file=FILE, at=at, cause=cause, fix=fix))
    for number, key in enumerate(shift.people):
        place = (*at, "people", number)
        if key not in inventory.people:
            fix = did_you_mean(key, inventory.people) or "add the person to inventory/teams.yml"
            cause = f"{config.dotted(place)}: there is no person {key!r}"
            found.append(Problem(file=FILE, at=place, cause=cause, fix=fix))
        else:
            found += _check_person(key, inventory.people[key], place, channels)
    if any(a == b for a, b in pairwise(sorted(shift.people))):
        cause = f"teams.{team}.people: somebody stands twice"
        found.append(Problem(file=FILE, at=(*at, "people"), cause=cause, fix="keep one of them"))
    return found


def _check_person(key: str, person: Person, at: Path, channels: Collection[str]) -> list[Problem]:
    lacking = []
    if not person.channels:
        lacking.append("has no channel")
    if "smtp" in person.channels and not person.email:
        lacking.append("has the channel smtp and no email")
    if "webhook" in person.channels and person.webhook is None:
        lacking.append("has the channel webhook and no webhook")
    lacking += [
        f"has the channel {c!r}, which does not exist"
        for c in person.channels
        if channels and c not in channels
    ]
    fix = "complete the person in inventory/teams.yml"
    return [
        Problem(file=FILE, at=at, cause=f"{config.dotted(at)}: {key} {what}", fix=fix)
        for what in lacking
    ]


def _turns(shift: Shift, at: datetime, zone: ZoneInfo) -> int:
    """How many hand-overs since the first turn began; negative before it."""
    days = (at.astimezone(zone).date() - shift.start).days
    turn = days // _DAYS[shift.rotation]
    return turn if _boundary(shift, turn, zone) <= at else turn - 1


def _boundary(shift: Shift, turn: int, zone: ZoneInfo) -> datetime:
    """The instant at which a turn begins; it belongs to the person who comes."""
    day = shift.start + timedelta(days=turn * _DAYS[shift.rotation])
    local = datetime.combine(day, time.fromisoformat(shift.handover), zone)
    return local.astimezone(UTC)
