"""Groups and hosts while sources are read, and Ansible's rules of who inherits from whom."""

from collections.abc import Iterable
from typing import NamedTuple

from hisops.core.config import Path

ALL, UNGROUPED = "all", "ungrouped"


class Place(NamedTuple):
    """Where something is written: a path of keys in a YAML file, or a line of an INI file."""

    file: str
    at: Path = ()
    line: int = 0


class Group:
    """A group under construction."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self.vars: dict[str, object] = {}
        self.hosts: dict[str, None] = {}
        self.children: dict[str, None] = {}
        self.parents: dict[str, None] = {}
        self.priority = 1


class Entry:
    """A host under construction."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.vars: dict[str, object] = {}
        self.groups: dict[str, None] = {}


class Tree:
    """All sources merged in the order they are read."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.hosts: dict[str, Entry] = {}
        for name in (ALL, UNGROUPED):
            self.add_group(name, Place(""))
        self.add_child(ALL, UNGROUPED)
        self._ancestors: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._depths: dict[str, int] = {}

    def add_group(self, name: str, place: Place) -> Group:
        """The group of this name, new when it was not known."""
        return self.groups.setdefault(name, Group(name, place))

    def add_child(self, parent: str, child: str) -> bool:
        """Hang a group below another; False when that would close a circle."""
        if parent == child or child in self._above([parent]):
            return False
        self.groups[parent].children[child] = None
        self.groups[child].parents[parent] = None
        return True

    def add_host(self, group: str, name: str, port: int | None, place: Place) -> Entry:
        """The host of this name, now a member of the group; a port counts at its first mention."""
        entry = self.hosts.get(name)
        if entry is None:
            entry = self.hosts[name] = Entry(place)
            if port is not None:
                entry.vars["ansible_port"] = port
        self.groups[group].hosts[name] = None
        entry.groups[group] = None
        return entry

    def settle(self) -> None:
        """Hang loose groups below `all`, and keep in `ungrouped` only hosts without a group."""
        for name, group in self.groups.items():
            if name != ALL and not group.parents:
                self.add_child(ALL, name)
        for name, entry in self.hosts.items():
            if entry.groups.keys() - {ALL, UNGROUPED}:
                entry.groups.pop(UNGROUPED, None)
                self.groups[UNGROUPED].hosts.pop(name, None)
            else:
                entry.groups[UNGROUPED] = None
                self.groups[UNGROUPED].hosts[name] = None

    def lineage(self, entry: Entry) -> tuple[str, ...]:
        """Groups of a host without `all`: by depth, priority and name, the last one wins."""
        key = tuple(entry.groups)
        if key not in self._ancestors:
            names = self._above(key) - {ALL}
            order = sorted(names, key=lambda n: (self._depth(n), self.groups[n].priority, n))
            self._ancestors[key] = tuple(order)
        return self._ancestors[key]

    def members(self) -> dict[str, tuple[str, ...]]:
        """Hosts of each group and of the groups below it, in inventory order."""
        found: dict[str, list[str]] = {name: [] for name in self.groups}
        for name, entry in self.hosts.items():
            for group in (ALL, *self.lineage(entry)):
                found[group].append(name)
        return {group: tuple(names) for group, names in found.items()}

    def _above(self, names: Iterable[str]) -> set[str]:
        """These groups and all groups above them."""
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self.groups[name].parents
        return seen

    def _depth(self, name: str) -> int:
        """Length of the longest way down from `all`."""
        if name not in self._depths:
            parents = self.groups[name].parents
            self._depths[name] = 1 + max((self._depth(p) for p in parents), default=-1)
        return self._depths[name]
