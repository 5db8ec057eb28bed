"""What was found or imported, as a change of inventory/ that a person reviews: a unified diff."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from ipaddress import ip_address

import yaml

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.model import Inventory, Value

FILE = "inventory/hosts.yml"
MOST_HOSTS = 20_000
_LONGEST = 120
_BAD_NAME = re.compile(r"[^a-z0-9._-]+")
_BAD_GROUP = re.compile(r"\W+")  # Ansible wants names as Python has them; letters of all scripts do


class Entry(Value, frozen=True, kw_only=True):
    """A host that somebody or something told of; `groups` are as they were called there."""

    name: str
    address: str = ""
    groups: tuple[str, ...] = ()
    vars: Mapping[str, str | int] = {}


class Proposal(Value, frozen=True, kw_only=True):
    """The new text of the file, what is new in it, and what was left out and why."""

    file: str
    text: str
    diff: str
    hosts: tuple[str, ...]
    left_out: tuple[str, ...]


def propose(
    entries: Iterable[Entry], inventory: Inventory, old: str, source: str, today: date
) -> Proposal:
    """Hosts that the inventory lacks, in a group of their own at the end of the file.

    Raises OpsError USAGE when the file is no YAML mapping of groups, or there are too many.
    """
    _require_mapping(old)
    new, left_out = _select(entries, inventory)
    group = _free_name(f"proposed_{today:%Y%m%d}", old, inventory)
    text = old
    if new:
        if old and not old.endswith("\n"):
            text += "\n"
        title = (
            f"# Proposed from {_printable(source)}: review, and move the hosts to their groups.\n"
        )
        text += ("\n" if old else "") + title + _dump({group: _tree(new)})
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        text.splitlines(keepends=True),
        f"a/{FILE}" if old else "/dev/null",
        f"b/{FILE}",
    )
    return Proposal(
        file=FILE,
        text=text,
        diff="".join(lines),
        hosts=tuple(new),
        left_out=tuple(left_out),
    )


def host_name(text: str, address: str = "") -> str:
    """A name that Ansible takes, from what a device or person calls it; else from the address."""
    name = _BAD_NAME.sub("-", text.strip().lower()).strip("-._")[:_LONGEST]
    if name and not _is_address(name):
        return name
    return "host-" + re.sub(r"[.:]+", "-", address or name).strip("-")


def group_name(text: str) -> str:
    """A group name that Ansible takes; empty when nothing of the text remains."""
    name = _BAD_GROUP.sub("_", text.strip().lower()).strip("_")[:_LONGEST]
    return f"g_{name}" if name[:1].isdigit() else name


def _select(entries: Iterable[Entry], inventory: Inventory) -> tuple[dict[str, Entry], list[str]]:
    """New hosts by name, and a line for each that is known or has no usable address."""
    names = dict.fromkeys(inventory.hosts)
    addresses = {host.address: name for name, host in inventory.hosts.items()}
    new: dict[str, Entry] = {}
    left_out = []
    for count, entry in enumerate(entries, start=1):
        if count > MOST_HOSTS:
            fix = "split it into parts"
            raise OpsError(f"more than {MOST_HOSTS} hosts", fix=fix, code=Exit.USAGE)
        name = host_name(entry.name, entry.address)
        known = addresses.get(entry.address) if entry.address else None
        if known:
            left_out.append(f"{name}: {entry.address} is {known} already")
        elif name in names:
            left_out.append(f"{name}: the inventory has a host of this name")
        elif entry.address and not _is_usable(entry.address):
            left_out.append(f"{name}: {_printable(entry.address)!r} is no address of a host")
        else:
            names[name] = None
            new[name] = entry
            if entry.address:
                addresses[entry.address] = name
    return new, left_out


def _tree(new: Mapping[str, Entry]) -> dict[str, object]:
    """The group's content: hosts with their variables, and below it the groups they come with."""
    hosts = {name: _variables(entry) for name, entry in new.items()}
    groups: dict[str, dict[str, None]] = {}
    for name, entry in new.items():
        for group in filter(None, map(group_name, entry.groups)):
            groups.setdefault(group, {})[name] = None
    tree: dict[str, object] = {"hosts": hosts}
    if groups:
        tree["children"] = {
            group: {"hosts": dict.fromkeys(members)} for group, members in sorted(groups.items())
        }
    return tree


def _variables(entry: Entry) -> dict[str, str | int] | None:
    values = {"ansible_host": entry.address} if entry.address else {}
    found = {**values, **{key: _clean(value) for key, value in entry.vars.items()}}
    return found or None


def _clean(value: str | int) -> str | int:
    """A value as plain text: what a stranger wrote is never a template that Ansible would run."""
    if isinstance(value, int):
        return value
    text = _printable(value)[:_LONGEST]
    return text.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")


def _dump(tree: Mapping[str, object]) -> str:
    return yaml.dump(
        dict(tree), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=160
    ).replace(": null\n", ":\n")


class _Dumper(yaml.SafeDumper):
    """No aliases: two hosts with the same values stay readable."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _require_mapping(old: str) -> None:
    problems: list[Problem] = []
    data = config.parse(old, FILE, problems)
    if problems or (data is not None and not isinstance(data, dict)):
        line = f"{problems[0].line}: {problems[0].cause}" if problems else "1: no mapping of groups"
        raise OpsError(f"{FILE}:{line}", fix="mend the file first: hisops check", code=Exit.USAGE)


def _free_name(wish: str, old: str, inventory: Inventory) -> str:
    number, name = 1, wish
    while name in inventory.groups or f"\n{name}:" in f"\n{old}":
        number += 1
        name = f"{wish}_{number}"
    return name


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_usable(text: str) -> bool:
    """Whether a host can have this address or name."""
    if not _is_address(text):
        return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text) is not None
    address = ip_address(text)
    return not (address.is_multicast or address.is_unspecified or address.is_loopback)


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
