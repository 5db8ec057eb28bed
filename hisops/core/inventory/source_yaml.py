"""YAML inventories: groups with hosts, vars and children."""

from typing import Any

from hisops.core.config import Path, Problem, dotted
from hisops.core.inventory import ranges
from hisops.core.inventory.tree import Place, Tree

_SECTIONS = ("vars", "children", "hosts")


def read(data: Any, file: str, tree: Tree, problems: list[Problem]) -> None:
    """Add the groups and hosts of one parsed file to the tree."""
    if not isinstance(data, dict) or not data:
        cause = "expected groups (all:, or names of groups)"
        problems.append(Problem(file=file, line=1, cause=cause, fix="see inventory/hosts.yml"))
    elif data.get("plugin"):
        cause = f"the inventory plugin {data['plugin']!r} is a dynamic source, which is not read"
        fix = "write its hosts into a file: ansible-inventory --list --yaml --output hosts.yml"
        problems.append(Problem(file=file, at=("plugin",), cause=cause, fix=fix))
    else:
        for name, group in data.items():
            _group(str(name), group, (str(name),), _Into(file, tree, problems))


class _Into:
    """Where one file's content goes."""

    def __init__(self, file: str, tree: Tree, problems: list[Problem]) -> None:
        self.file, self.tree, self.problems = file, tree, problems

    def wrong(self, at: Path, cause: str, fix: str) -> None:
        self.problems.append(
            Problem(file=self.file, at=at, cause=f"{dotted(at)}: {cause}", fix=fix)
        )

    def place(self, at: Path) -> Place:
        return Place(self.file, at)


def _group(name: str, data: Any, at: Path, into: _Into) -> None:
    into.tree.add_group(name, into.place(at))
    if data is None:
        return
    if not isinstance(data, dict):
        into.wrong(at, "expected a group with hosts, children or vars", "indent its content")
        return
    for key, section in data.items():
        if key not in _SECTIONS:
            fix = "only hosts, children and vars stand in a group"
            into.wrong((*at, str(key)), "unknown key in a group", fix)
        elif isinstance(section, str):
            _section(name, key, {section: None}, (*at, key), into)
        elif isinstance(section, dict):
            _section(name, key, section, (*at, key), into)
        elif section is not None:
            into.wrong((*at, key), "expected a mapping", "write one `name:` per line, no dashes")


def _section(name: str, key: str, section: dict[Any, Any], at: Path, into: _Into) -> None:
    for entry, value in section.items():
        below = (*at, str(entry))
        if key == "vars":
            _variable(name, str(entry), value, below, into)
        elif key == "children":
            into.tree.add_group(str(entry), into.place(below))
            if into.tree.add_child(name, str(entry)):
                _group(str(entry), value, below, into)
            else:
                into.wrong(below, f"group {entry!r} contains itself", "take it out of one of them")
        else:
            _hosts(name, entry, value, below, into)


def _variable(group: str, key: str, value: Any, at: Path, into: _Into) -> None:
    if key != "ansible_group_priority":
        into.tree.groups[group].vars[key] = value
    elif str(value).isdecimal():
        into.tree.groups[group].priority = int(value)
    else:
        into.wrong(at, f"expected a whole number, got {value!r}", "write a number such as 10")


def _hosts(group: str, pattern: Any, data: Any, at: Path, into: _Into) -> None:
    if not isinstance(pattern, str):
        into.wrong(at, "a host name is text", f'quote it: "{pattern}"')
        return
    if data is not None and not isinstance(data, dict):
        into.wrong(at, "expected variables of the host", "indent `variable: value` below it")
        return
    try:
        names, port = ranges.hosts(pattern)
    except ValueError as error:
        into.wrong(at, str(error), "mend the range")
        return
    for name in names:
        entry = into.tree.add_host(group, name, port, into.place(at))
        entry.vars.update({str(key): value for key, value in (data or {}).items()})
