"""Device profiles: which variables of an SNMP device are which series, as data (profiles/*.yml)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.model import Value

Form = Literal["number", "info", "address", "health", "flags", "bits", "contact"]
OBJECT_ID, DESCRIPTION = "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.1.0"


class Match(Value, frozen=True, kw_only=True):
    """Which devices a profile is for: object identifiers below these, or a description like this."""

    object_ids: tuple[str, ...] = ()
    description: str = ""
    every: bool = False


class Label(Value, frozen=True, kw_only=True):
    """A label whose value stands in a column: in the same row, or in the row that another names.

    `via` is the column whose value is the index of the row. `part` counts arcs of the index from
    0 and takes the row that this arc names. `enum` gives words for numbers.
    """

    oid: str = ""
    via: str = ""
    part: int | None = None
    enum: Mapping[str, str] = {}


class Units(Value, frozen=True, kw_only=True):
    """A metric whose name, and whose power of ten, stand in columns (ENTITY-SENSOR-MIB).

    `names` maps the number of the unit to the metric; others are left out. `scales` maps the
    number of the scale to a power of ten, `precision` is a column of digits behind the point.
    """

    oid: str
    names: Mapping[str, str]
    scale: str = ""
    scales: Mapping[str, int] = {}
    precision: str = ""


class Metric(Value, frozen=True, kw_only=True):
    """A column that becomes series.

    A value in `unsupported`, or outside of `least` and `most`, is none. `of` is a column to divide
    by, `free` one whose sum with this is the whole. `states` sorts the numbers of a state into
    good, warning and critical, into on and off, or names the flags that each sets; of `bits` it
    names the flags by the numbers of their bits. `label` takes the text of an `info`.
    """

    oid: str
    name: str = ""
    kind: Literal["gauge", "counter"] = "gauge"
    help: str = ""
    form: Form = "number"
    label: str = ""
    scale: float = 1
    unsupported: tuple[int, ...] = ()
    least: float | None = None
    most: float | None = None
    of: str = ""
    free: str = ""
    enum: Mapping[str, str] = {}
    states: Mapping[str, tuple[int, ...]] = {}
    labels: Mapping[str, str] = {}
    units: Units | None = None


class Where(Value, frozen=True, kw_only=True):
    """Only rows whose column has one of these values: numbers, or text forms of identifiers."""

    oid: str
    values: tuple[int | str, ...]


class Table(Value, frozen=True, kw_only=True):
    """Columns with one index; `scalars` are single variables, asked for without a walk.

    `index` names a label for each arc of the index; one more name than arcs is a mistake of the
    device and leaves the row out, an empty name leaves the arc out.
    """

    index: tuple[str, ...] = ()
    labels: Mapping[str, Label] = {}
    constant: Mapping[str, str] = {}
    where: Where | None = None
    scalars: bool = False
    interfaces: bool = False
    metrics: tuple[Metric, ...]


class Profile(Value, frozen=True, kw_only=True):
    """A kind of device: whom it matches, where its identifiers were read, its tables."""

    title: str
    source: str
    match: Match
    tables: tuple[Table, ...]


@cache
def shipped() -> Mapping[str, Profile]:
    """The profiles beside this file by name; raises OpsError when one is broken."""
    folder = Path(__file__).with_name("profiles")
    return {
        path.stem: read(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(folder.glob("*.yml"))
    }


def read(text: str, file: str) -> Profile:
    """A profile from its YAML; raises OpsError with the first mistake."""
    problems: list[Problem] = []
    profile = decode(text, file, problems)
    if profile is None or problems:
        line = problems[0].line or config.locate(text, problems[0].at)
        raise OpsError(f"{file}:{line}: {problems[0].cause}", fix=problems[0].fix, code=Exit.USAGE)
    return profile


def decode(text: str, file: str, problems: list[Problem]) -> Profile | None:
    """A profile from its YAML; None with problems added when it is wrong."""
    profile = config.decode(config.parse(text, file, problems), Profile, file, problems)
    if profile is not None:
        problems += _check(profile, file)
    return profile


def choose(
    profiles: Mapping[str, Profile],
    object_id: str,
    description: str,
    own: Collection[str] = (),
) -> list[str]:
    """Names of the profiles for a device; those for every device first.

    The description counts for a site's own profiles, and where none knows the object identifier:
    one device shall not tell the same by two profiles.
    """
    every = [name for name, profile in profiles.items() if profile.match.every]
    known = [
        name
        for name, profile in profiles.items()
        if any(f"{object_id}.".startswith(f"{one}.") for one in profile.match.object_ids)
    ]
    described = [
        name
        for name, profile in profiles.items()
        if profile.match.description and re.search(profile.match.description, description)
    ]
    described = [name for name in described if name in own or not known]
    return list(dict.fromkeys([*every, *known, *described]))


def _check(profile: Profile, file: str) -> list[Problem]:
    problems = []
    for number, table in enumerate(profile.tables):
        for place, metric in enumerate(table.metrics):
            at: config.Path = ("tables", number, "metrics", place)
            if not metric.name and metric.units is None:
                cause = f"{metric.oid}: a metric without name and units"
                problems.append(Problem(file=file, at=at, cause=cause, fix="name it"))
            if metric.form in ("health", "flags", "bits", "contact") and not metric.states:
                cause = f"{metric.name}: {metric.form} without states"
                problems.append(Problem(file=file, at=at, cause=cause, fix="add states"))
    return problems
