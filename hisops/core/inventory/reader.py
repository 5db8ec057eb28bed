"""From the files of an inventory to hosts with their variables and groups.

Precedence is ansible-core's (VARIABLE_PRECEDENCE in its documentation): variables inside the
inventory files, `all` first, then group_vars/all, then group_vars of the other groups from the
outermost in, then the host's own, then host_vars.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import OpsError
from hisops.core.inventory import parts, source_ini, source_yaml, sources
from hisops.core.inventory.needed import settle_needed
from hisops.core.inventory.tree import ALL, Entry, Place, Tree
from hisops.core.inventory.vars import Folder
from hisops.core.inventory.vault import HEADER, Loader, Vault
from hisops.core.io import Io
from hisops.core.model import Host, Inventory

_YAML = (".yml", ".yaml", ".json")


def read(io: Io, root: str, password: str = "") -> tuple[Inventory, list[Problem]]:
    """All of a site's inventory, as far as it can be read, with every mistake in it.

    `password` is the reference to ansible-vault's password, empty when the site names none.
    """
    reader = _Reader(io, root, password)
    hosts = reader.hosts()
    own = parts.read(io, root)
    inventory = Inventory(
        hosts=hosts,
        groups=reader.tree.members(),
        systems=own.systems,
        links=own.links,
        zones=own.zones,
        people=own.people,
        teams=own.teams,
    )
    return inventory, [*reader.problems, *own.problems]


def trace(io: Io, root: str, host: str, variable: str) -> Place:
    """Where a host gets a variable from; the place of the host when nothing sets it."""
    return _Reader(io, root, "").origin(host, variable)


class _Reader:
    """One reading of the files."""

    def __init__(self, io: Io, root: str, password: str) -> None:
        self._io, self._root = io, root
        self.problems: list[Problem] = []
        self.tree = Tree()
        self._vault = Vault(io, root, password)
        found = sources.find(io, root, self.problems)
        for path in sources.files(io, found, str(Path(root, sources.FOLDER))):
            self._source(path)
        self.tree.settle()
        bases = [place if io.names(place) else str(Path(place).parent) for place in found.places]
        self._group_vars = [self._folder(base, "group_vars") for base in bases]
        self._host_vars = [self._folder(base, "host_vars") for base in bases]
        self._shared: dict[tuple[str, ...], Mapping[str, object]] = {}

    def hosts(self) -> dict[str, Host]:
        """Every host with its variables."""
        found = {name: self._host(name, entry) for name, entry in self.tree.hosts.items()}
        for folder in (*self._group_vars, *self._host_vars):
            self.problems += folder.problems
        return found

    def origin(self, host: str, variable: str) -> Place:
        """Where the value that counts is written."""
        entry = self.tree.hosts[host]
        places = (place for place in self._places(host, entry, variable) if place)
        return next(places, entry.place)

    def _places(self, host: str, entry: Entry, variable: str) -> Iterator[Place | None]:
        """Where the variable may stand, the strongest place first."""
        names = [*reversed(self.tree.lineage(entry)), ALL]
        for folder in reversed(self._host_vars):
            yield self._in_folder(folder, host, variable)
        yield _below(entry.place, variable) if variable in entry.vars else None
        for name in names:
            for folder in reversed(self._group_vars):
                yield self._in_folder(folder, name, variable)
        for name in names:
            group = self.tree.groups[name]
            yield _below(group.place, "vars", variable) if variable in group.vars else None

    def _in_folder(self, folder: Folder, name: str, variable: str) -> Place | None:
        if variable not in folder.values(name):
            return None
        paths = [p for p in folder.files(name) if f"{variable}:" in self._io.read(p)]
        return Place(str(Path(paths[-1]).relative_to(self._root)), (variable,)) if paths else None

    def _source(self, path: str) -> None:
        file = str(Path(path).relative_to(self._root)) if path.startswith(self._root) else path
        try:
            text = self._io.read(path)
        except OpsError as error:
            fix = "check `inventory` in ansible.cfg"
            self.problems.append(Problem(file=file, line=1, cause=error.cause, fix=fix))
            return
        if text.startswith(("#!", HEADER)) or path.endswith(".toml"):
            self._refuse(file, text)
        elif path.endswith(_YAML) or _is_mapping(text, path):
            self._yaml(text, file)
        else:
            source_ini.read(text, file, self.tree, self.problems)

    def _yaml(self, text: str, file: str) -> None:
        before = len(self.problems)
        data = config.parse(text, file, self.problems, Loader)
        if len(self.problems) == before:
            source_yaml.read(data, file, self.tree, self.problems)

    def _refuse(self, file: str, text: str) -> None:
        what = "an executable source" if text.startswith("#!") else "no YAML or INI file"
        what = "encrypted as a whole" if text.startswith(HEADER) else what
        cause = f"{file} is {what}, which is not read"
        fix = "write its hosts into a file: ansible-inventory --list --yaml --output hosts.yml"
        self.problems.append(Problem(file=file, line=1, cause=cause, fix=fix))

    def _folder(self, base: str, kind: str) -> Folder:
        return Folder(self._io, self._root, str(Path(base, kind)), self._vault)

    def _host(self, name: str, entry: Entry) -> Host:
        lineage = self.tree.lineage(entry)
        values = self._of_groups(lineage)
        own = [entry.vars, *(f.values(name) for f in self._host_vars if f.names)]
        if any(own):
            values = dict(values)
            for each in own:
                values.update(each)
        values, address = settle_needed(name, values, entry.place, self._vault, self.problems)
        return Host(
            name=name,
            address=address,
            groups=lineage,
            vars=values,
            file=entry.place.file,
            at=entry.place.at,
            line=entry.place.line,
        )

    def _of_groups(self, lineage: tuple[str, ...]) -> Mapping[str, object]:
        """Variables that hosts of the same groups share."""
        if lineage not in self._shared:
            values: dict[str, object] = {}
            for each in self._layers(lineage):
                values.update(each)
            self._shared[lineage] = values
        return self._shared[lineage]

    def _layers(self, lineage: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
        groups = self.tree.groups
        yield from (groups[name].vars for name in (ALL, *lineage))
        yield from (folder.values(ALL) for folder in self._group_vars)
        for folder in self._group_vars:
            yield from (folder.values(name) for name in lineage)


def _below(place: Place, *keys: str) -> Place:
    return place._replace(at=(*place.at, *keys)) if place.at else place


def _is_mapping(text: str, path: str) -> bool:
    """Whether a file without an ending is YAML: Ansible tries that first, then INI."""
    return not Path(path).suffix and isinstance(config.parse(text, path, [], Loader), dict)
