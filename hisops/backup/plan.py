"""Backup policies: the files of `backup/`, read into plans."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from hisops.backup.source import Check, Source
from hisops.core import config, units
from hisops.core.config import Problem
from hisops.core.io import Io
from hisops.core.model import POLICIES, Inventory, Value
from hisops.core.schedule import Schedule
from hisops.core.site import site_files
from hisops.core.text import Duration, Secret, Size, did_you_mean

LOCAL = "local"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_PLACE = re.compile(r"\$\{(\w*)\}")
# ssh_config(5) has no escape for a quote, and fills in % itself.
_SSH_PATH = re.compile(r'/[^"%\x00-\x1f]+')
_PERCENT = re.compile(r"(\d{1,2}|100)%")


class Expect(Value, frozen=True, kw_only=True):
    """What a run must hold at least; `max_drop` is measured against the median of earlier runs."""

    min_files: int = 1
    min_bytes: Size = Size(1)
    max_drop: str = "20%"

    def __post_init__(self) -> None:
        if not _PERCENT.fullmatch(self.max_drop):
            raise ValueError(f"max_drop: expected a share such as 20%, got {self.max_drop!r}")

    @property
    def drop_share(self) -> float:
        """`max_drop` as a number between 0 and 1."""
        return int(self.max_drop[:-1]) / 100


class Vault(Value, frozen=True, kw_only=True):
    """The repository on this machine: a folder, and the reference to its password."""

    url: str
    password: Secret

    def __post_init__(self) -> None:
        if not self.url.startswith("/"):
            raise ValueError(f"url: expected an absolute folder, got {self.url!r}")


class Retention(Value, frozen=True, kw_only=True):
    """How many snapshots are to be kept."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    min_snapshots: int = 3

    def __post_init__(self) -> None:
        if self.daily + self.weekly + self.monthly + self.yearly < 1:
            raise ValueError(
                "keeps nothing: expected daily, weekly, monthly or yearly of 1 or more"
            )


class Copy(Value, frozen=True, kw_only=True):
    """An off-site copy over SFTP; `known_hosts` holds exactly the host's key.

    As restic has it, one slash before the folder means below the account's own, two mean absolute.
    """

    to: str
    url: str
    known_hosts: str
    identity: str
    password: Secret | None = None

    def __post_init__(self) -> None:
        url = urlsplit(self.url)
        if _port(url) is None:
            raise ValueError(f"url: expected a port from 1 to 65535, got {self.url!r}")
        for name in ("identity", "known_hosts"):
            path = getattr(self, name)
            if not _SSH_PATH.fullmatch(path):
                raise ValueError(f'{name}: expected an absolute path without " or %, got {path!r}')
        if not (url.scheme == "sftp" and url.hostname and len(url.path) > 1):
            wish = "sftp://USER@HOST:PORT/FOLDER (other kinds cannot be done yet)"
            raise ValueError(f"url: expected {wish}, got {self.url!r}")
        if url.password:
            raise ValueError("url: a password stands in it; log in by `identity`")
        if not _NAME.fullmatch(self.to) or self.to == LOCAL:
            raise ValueError(f"to: expected a short name of small letters, got {self.to!r}")


def _port(url: SplitResult) -> int | None:
    """The port, 22 when there is none; None when it is wrong."""
    try:
        return url.port or 22
    except ValueError:
        return None


class Drill(Value, frozen=True, kw_only=True):
    """How often a restore is proven, from which copy, and by which assertions."""

    every: Duration
    checks: tuple[Check, ...] = msgspec.field(name="assert")
    from_: str = msgspec.field(name="from", default=LOCAL)
    at: str = "04:00"
    timeout: Duration = Duration(2 * 3600)

    def __post_init__(self) -> None:
        if not self.checks:
            raise ValueError("assert: a drill without an assertion proves nothing")
        Schedule(every=self.every, at=self.at, timeout=self.timeout)

    @property
    def schedule(self) -> Schedule:
        """When it runs."""
        return Schedule(every=self.every, at=self.at, timeout=self.timeout)


class _Terms(Value, frozen=True, kw_only=True):
    system: str
    schedule: Schedule
    repository: Vault
    retention: Retention
    drill: Drill
    expect: Expect = Expect()
    copies: tuple[Copy, ...] = ()


class _Entry(_Terms, frozen=True, kw_only=True):
    source: dict[str, Any]


class Plan(_Terms, frozen=True, kw_only=True):
    """What is backed up, when, to where, and how its restore is proven."""

    name: str
    source: Source
    file: str = ""

    @property
    def max_age_seconds(self) -> float:
        """Age of the newest backup from which on somebody is paged."""
        return 2 * self.schedule.every.seconds + self.schedule.timeout.seconds

    @property
    def drill_max_age_seconds(self) -> float:
        """Age of the newest passed drill from which on the backup counts as unproven."""
        return 2 * self.drill.every.seconds + self.drill.timeout.seconds

    def copy(self, name: str) -> Copy | None:
        """The off-site copy of this name."""
        return next((copy for copy in self.copies if copy.to == name), None)


def read(io: Io, root: str, state: str) -> tuple[dict[str, Plan], list[Problem]]:
    """All plans of a site by name, and every mistake in their files.

    `${site}` and `${state}` stand for the site's and its state folder.
    """
    plans: dict[str, Plan] = {}
    problems: list[Problem] = []
    kinds = units.find("hisops.backup.sources", f"{root}/units/sources")
    for file, path in site_files(io, root, "backup").items():
        text = io.read(path)
        data = config.parse(text, file, problems)
        problems += config.duplicate_keys(text, file)
        if data is not None and not isinstance(data, dict):
            cause = f"expected plans by name, got {type(data).__name__}"
            problems.append(Problem(file=file, line=1, cause=cause))
            continue
        for name, entry in (data or {}).items():
            plan = _plan(str(name), entry, kinds, {"site": root, "state": state}, file, problems)
            if plan is not None:
                problems += _clashes(plan, plans)
                plans.setdefault(plan.name, plan)
    return plans, problems


def check(plans: Mapping[str, Plan], inventory: Inventory) -> Iterable[Problem]:
    """Where plans and the inventory disagree: unknown systems, drills rarer than the class asks."""
    for plan in plans.values():
        system = inventory.systems.get(plan.system)
        if system is None:
            cause = f"{plan.name}.system: there is no system {plan.system!r}"
            fix = did_you_mean(plan.system, inventory.systems) or "add it to inventory/systems.yml"
            yield Problem(file=plan.file, at=(plan.name, "system"), cause=cause, fix=fix)
            continue
        limit = POLICIES[system.class_].drill
        if plan.drill.every.seconds > limit.seconds:
            cause = f"{plan.name}.drill.every: class {system.class_.value} asks for {limit} at most"
            at = (plan.name, "drill", "every")
            yield Problem(file=plan.file, at=at, cause=cause, fix=f"write {limit} or less")


def _plan(
    name: str,
    data: Any,
    kinds: Mapping[str, type[Any]],
    places: Mapping[str, str],
    file: str,
    problems: list[Problem],
) -> Plan | None:
    before = len(problems)
    if not _NAME.fullmatch(name):
        cause = f"{name!r}: a plan's name has small letters, digits and - only"
        problems.append(Problem(file=file, at=(name,), cause=cause))
    data = _fill(data, places, file, (name,), problems)
    entry = config.decode(data, _Entry, file, problems, (name,))
    raw = data.get("source") if isinstance(data, dict) else None
    source = _source(raw, kinds, file, (name, "source"), problems)
    if entry is None or source is None or len(problems) > before:
        return None
    terms = {field: getattr(entry, field) for field in _Terms.__struct_fields__}
    plan = Plan(name=name, source=source, file=file, **terms)
    problems += _contradictions(plan)
    return plan if len(problems) == before else None


def _source(
    data: Any,
    kinds: Mapping[str, type[Any]],
    file: str,
    at: tuple[str, ...],
    problems: list[Problem],
) -> Source | None:
    if not isinstance(data, dict):
        return None  # told with the entry
    kind = str(data.get("kind", ""))
    if kind not in kinds:
        cause = f"{config.dotted((*at, 'kind'))}: there is no source {kind!r}"
        fix = did_you_mean(kind, kinds) or f"known: {', '.join(sorted(kinds))}"
        problems.append(Problem(file=file, at=(*at, "kind"), cause=cause, fix=fix))
        return None
    rest = {key: value for key, value in data.items() if key != "kind"}
    found: Source | None = config.decode(rest, kinds[kind], file, problems, at)
    return found


def _fill(
    data: Any, places: Mapping[str, str], file: str, at: config.Path, problems: list[Problem]
) -> Any:
    """The same data with ${site} and ${state} filled in."""
    if isinstance(data, dict):
        return {k: _fill(v, places, file, (*at, str(k)), problems) for k, v in data.items()}
    if isinstance(data, list):
        return [_fill(v, places, file, (*at, i), problems) for i, v in enumerate(data)]
    if not isinstance(data, str):
        return data
    for word in _PLACE.findall(data):
        if word not in places:
            cause = f"{config.dotted(at)}: ${{{word}}} stands for nothing"
            fix = "known: ${site}, ${state}"
            problems.append(Problem(file=file, at=at, cause=cause, fix=fix))
    return _PLACE.sub(lambda match: places.get(match[1], match[0]), data)


def _contradictions(plan: Plan) -> Iterable[Problem]:
    known = [copy.to for copy in plan.copies]
    for name in sorted({name for name in known if known.count(name) > 1}):
        cause = f"{plan.name}.copies: two copies are called {name!r}"
        yield Problem(file=plan.file, at=(plan.name, "copies"), cause=cause, fix="rename one")
    if plan.drill.from_ not in (LOCAL, *known):
        cause = f"{plan.name}.drill.from: there is no copy {plan.drill.from_!r}"
        fix = did_you_mean(plan.drill.from_, known) or f"known: {', '.join((LOCAL, *known))}"
        yield Problem(file=plan.file, at=(plan.name, "drill", "from"), cause=cause, fix=fix)
    for index, each in enumerate(plan.drill.checks):
        kind = next(kind for kind in _KINDS if getattr(each, kind) is not None)
        if kind in _OF_SOURCE and kind not in plan.source.CHECKS:
            cause = f"{plan.name}.drill.assert[{index}]: this source cannot answer {kind}"
            fix = f"known: {', '.join((*plan.source.CHECKS, 'rto', 'rpo'))}"
            at = (plan.name, "drill", "assert", index)
            yield Problem(file=plan.file, at=at, cause=cause, fix=fix)


def _clashes(plan: Plan, plans: Mapping[str, Plan]) -> Iterable[Problem]:
    if plan.name in plans:
        cause = f"{plan.name}: the plan stands in {plans[plan.name].file}, too"
        yield Problem(file=plan.file, at=(plan.name,), cause=cause, fix="rename one of them")
    for other in plans.values():
        same = (other.source, other.repository.url) == (plan.source, plan.repository.url)
        if same and other.name != plan.name:
            cause = f"{plan.name}: the same source and repository as {other.name}"
            yield Problem(file=plan.file, at=(plan.name,), cause=cause, fix="keep one of them")


_OF_SOURCE = ("counts", "checksums", "sql")
_KINDS = (*_OF_SOURCE, "rto", "rpo")
