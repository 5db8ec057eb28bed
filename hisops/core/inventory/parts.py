"""systems.yml, links.yml, teams.yml and zones.yml: what Ansible does not know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.inventory import ranges
from hisops.core.inventory.sources import FOLDER
from hisops.core.io import Io
from hisops.core.model import Link, Person, System, Team, Zone


class Parts(NamedTuple):
    """The content of the four files."""

    systems: dict[str, System]
    links: tuple[Link, ...]
    zones: dict[str, Zone]
    people: dict[str, Person]
    teams: dict[str, Team]
    problems: list[Problem]


def read(io: Io, root: str) -> Parts:
    """The four files, as far as they can be read; one that is not there is empty."""
    problems: list[Problem] = []
    names = io.names(str(Path(root, FOLDER)))

    def data(name: str) -> Any:
        if name not in names:
            return None
        text = io.read(str(Path(root, FOLDER, name)))
        return config.parse(text, f"{FOLDER}/{name}", problems)

    people, teams = _teams(data("teams.yml"), problems)
    systems = config.decode_each(data("systems.yml"), System, f"{FOLDER}/systems.yml", problems)
    zones = config.decode_each(data("zones.yml"), Zone, f"{FOLDER}/zones.yml", problems)
    links = tuple(_links(data("links.yml"), problems))
    return Parts(systems, links, zones, people, teams, problems)


def _teams(data: Any, problems: list[Problem]) -> tuple[dict[str, Person], dict[str, Team]]:
    file = f"{FOLDER}/teams.yml"
    if data is None:
        return {}, {}
    if not isinstance(data, dict):
        cause = "the file: expected people: and teams:"
        problems.append(Problem(file=file, line=1, cause=cause, fix="see hisops init"))
        return {}, {}
    for key in data:
        if key not in ("people", "teams"):
            fix = "only people: and teams: stand here"
            cause = f"{key}: unknown setting"
            problems.append(Problem(file=file, at=(str(key),), cause=cause, fix=fix))
    people = config.decode_each(data.get("people"), Person, file, problems, ("people",))
    return people, config.decode_each(data.get("teams"), Team, file, problems, ("teams",))


def _links(data: Any, problems: list[Problem]) -> Iterator[Link]:
    """Links with their ranges spelled out, pair by pair."""
    file = f"{FOLDER}/links.yml"
    for number, link in enumerate(
        config.decode(data or [], tuple[Link, ...], file, problems) or ()
    ):
        try:
            yield from spread(msgspec.structs.replace(link, row=number))
        except ValueError as error:
            cause, fix = f"[{number}]: {error}", "give both ends ranges of the same length"
            problems.append(Problem(file=file, at=(number,), cause=cause, fix=fix))


def spread(link: Link) -> Iterator[Link]:
    """One link for each pair of ends; an end without a range is used for all.

    `{a: "acc-[001:014]:51", b: "agg-01:[1:14]"}` stands for 14 cables. Raises ValueError when
    both ends have ranges of different length.
    """
    first, second = list(ranges.expand(link.a)), list(ranges.expand(link.b))
    count = max(len(first), len(second))
    if len(first) not in (1, count) or len(second) not in (1, count):
        raise ValueError(f"{link.a} has {len(first)} ends and {link.b} has {len(second)}")
    for a, b in zip(first * (count // len(first)), second * (count // len(second)), strict=True):
        yield msgspec.structs.replace(link, a=a, b=b)
