"""INI inventories: [group], [group:children] and [group:vars] sections."""

import ast
import re
import shlex
import warnings

from hisops.core.config import Problem
from hisops.core.inventory import ranges
from hisops.core.inventory.tree import UNGROUPED, Place, Tree

_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
_KINDS = ("hosts", "children", "vars")


def read(text: str, file: str, tree: Tree, problems: list[Problem]) -> None:
    """Add the groups and hosts of one file to the tree."""
    _Reader(file, tree, problems).read(text)


class _Reader:
    """One file, line by line; lines before the first section are hosts without a group."""

    def __init__(self, file: str, tree: Tree, problems: list[Problem]) -> None:
        self.file, self.tree, self.problems = file, tree, problems
        self.group, self.kind, self.line = UNGROUPED, "hosts", 0
        self.declared: set[str] = set(tree.groups)
        self.children: list[tuple[str, str, int]] = []
        self.needed: dict[str, int] = {}

    def read(self, text: str) -> None:
        for number, raw in enumerate(text.splitlines(), start=1):
            self.line, line = number, raw.strip()
            if line and line[0] not in ";#":
                self._line(line)
        self._link()

    def _line(self, line: str) -> None:
        section = _SECTION.fullmatch(line)
        try:
            if section:
                self._section(section[1], section[2] or "hosts")
            elif self.kind == "hosts":
                self._hosts(line)
            elif self.kind == "vars":
                self._variable(line)
            else:
                self.children.append((self.group, line.partition("#")[0].strip(), self.line))
        except ValueError as error:
            self._wrong(self.line, str(error), "mend the line, see Ansible's guide to inventories")

    def _section(self, name: str, kind: str) -> None:
        if kind not in _KINDS:
            raise ValueError(f"[{name}:{kind}]: a section is of kind {', '.join(_KINDS)}")
        self.group, self.kind = name, kind
        if kind == "vars":
            self.needed.setdefault(name, self.line)
        else:
            self.declared.add(name)
        self.tree.add_group(name, Place(self.file, (), self.line))

    def _hosts(self, line: str) -> None:
        if line.startswith("[") and line.endswith("]"):
            raise ValueError(f"{line}: not a section")
        words = shlex.split(line, comments=True)
        names, port = ranges.hosts(words[0])
        values = dict(_pair(word) for word in words[1:])
        for name in names:
            place = Place(self.file, (), self.line)
            self.tree.add_host(self.group, name, port, place).vars.update(values)

    def _variable(self, line: str) -> None:
        key, value = _pair(line)
        if key != "ansible_group_priority":
            self.tree.groups[self.group].vars[key] = value
        elif isinstance(value, int):
            self.tree.groups[self.group].priority = value
        else:
            raise ValueError(f"ansible_group_priority: expected a whole number, got {value!r}")

    def _link(self) -> None:
        for parent, child, line in self.children:
            if child not in self.declared:
                cause = f"[{parent}:children] names the group {child!r}, which no section declares"
                self._wrong(line, cause, f"add [{child}]")
            elif not self.tree.add_child(parent, child):
                self._wrong(line, f"group {child!r} contains itself", "take it out of one of them")
        for name, line in self.needed.items():
            if name not in self.declared:
                self._wrong(line, f"[{name}:vars] has no group {name!r}", f"add [{name}]")

    def _wrong(self, line: int, cause: str, fix: str) -> None:
        self.problems.append(Problem(file=self.file, line=line, cause=cause, fix=fix))


def _pair(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"expected key=value, got {text!r}")
    return key.strip(), _value(value.strip())


def _value(text: str) -> object:
    """A Python literal where the text is one, as Ansible reads INI values; else the text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return _listed(value)


def _listed(value: object) -> object:
    if isinstance(value, list | tuple | set):
        return [_listed(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _listed(each) for key, each in value.items()}
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value) if isinstance(value, complex) or value is ... else value
