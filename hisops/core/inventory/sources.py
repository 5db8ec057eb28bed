"""Which files ansible.cfg makes an inventory of."""

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hisops.core.config import Problem
from hisops.core.errors import OpsError
from hisops.core.io import Io

OURS = ("systems.yml", "links.yml", "teams.yml", "zones.yml")
FOLDER = "inventory"
# What ansible-core 2.19 leaves out of an inventory folder (config/base.yml, constants.py).
_ENDINGS = (".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg")
_ALWAYS = (r"^\.", "^host_vars$", "^group_vars$", "^vars_plugins$")


class Sources(NamedTuple):
    """Places of an inventory: each a folder or a file, absolute, in order; and what is left out."""

    places: tuple[str, ...]
    ignored: re.Pattern[str]


def find(io: Io, root: str, problems: list[Problem]) -> Sources:
    """What ansible.cfg says, or the folder inventory/ when it says nothing."""
    settings = _settings(io, root, problems)
    named = settings.get("defaults", "inventory", fallback=FOLDER)
    places = tuple(str(Path(root, name.strip())) for name in named.split(",") if name.strip())
    if settings.get("defaults", "hash_behaviour", fallback="replace") != "replace":
        cause = "hash_behaviour: hisops reads variables as Ansible does by default, by replacing"
        problems.append(Problem(file="ansible.cfg", line=1, cause=cause, fix="take the line out"))
    endings = _listed(settings, "inventory_ignore_extensions", "ignore_extensions")
    patterns = _listed(settings, "inventory_ignore_patterns", "ignore_patterns")
    ends = [f"{re.escape(end)}$" for end in endings or [*_ENDINGS, ".retry"]]
    try:
        ignored = re.compile("|".join([*_ALWAYS, *patterns, *ends]))
    except re.error as error:
        cause = f"inventory_ignore_patterns: not a regular expression: {error}"
        problems.append(Problem(file="ansible.cfg", line=1, cause=cause, fix="mend the pattern"))
        ignored = re.compile("|".join([*_ALWAYS, *ends]))
    return Sources(places, ignored)


def files(io: Io, sources: Sources, own: str) -> Iterator[str]:
    """Every inventory file in the order Ansible reads them; hisops' own files are left out."""
    for place in sources.places:
        yield from _below(io, place, sources.ignored, own)


def _below(io: Io, place: str, ignored: re.Pattern[str], own: str) -> Iterator[str]:
    names = io.names(place)
    if not names:
        yield place
    for name in names:
        path = str(Path(place, name))
        if not ignored.search(name) and not (place == own and name in OURS):
            yield from _below(io, path, ignored, own)


def _settings(io: Io, root: str, problems: list[Problem]) -> configparser.ConfigParser:
    parser = _parser()
    path = str(Path(root, "ansible.cfg"))
    if io.exists(path):
        try:
            parser.read_string(io.read(path))
        except (configparser.Error, OpsError) as error:
            cause = f"not readable: {str(error).splitlines()[0]}"
            problems.append(Problem(file="ansible.cfg", line=1, cause=cause, fix="mend the syntax"))
            return _parser()
    return parser


def _parser() -> configparser.ConfigParser:
    return configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",))


def _listed(settings: configparser.ConfigParser, key: str, other: str) -> list[str]:
    text = settings.get("defaults", key, fallback="")
    text = text or settings.get("inventory", other, fallback="")
    return [word.strip() for word in text.split(",") if word.strip()]
