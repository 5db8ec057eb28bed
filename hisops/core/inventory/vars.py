"""Variables from group_vars/ and host_vars/ beside an inventory, as Ansible finds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.errors import OpsError
from hisops.core.inventory.vault import HEADER, Loader, Vault
from hisops.core.io import Io

_ENDINGS = ("", ".yml", ".yaml", ".json")


class Folder:
    """One group_vars or host_vars folder; its names are listed once, its files read once."""

    def __init__(self, io: Io, root: str, path: str, vault: Vault) -> None:
        self._io, self._root, self._path, self._vault = io, root, path, vault
        self.names = frozenset(io.names(path))
        self.problems: list[Problem] = []

    def values(self, name: str) -> dict[str, object]:
        """Variables of a group or host; later files of a folder win."""
        found: dict[str, object] = {}
        for path in self.files(name):
            found.update(self._read(path))
        return found

    def files(self, name: str) -> list[str]:
        """The files that hold them: the first of `name`, `name.yml`, `name.yaml`, `name.json`."""
        for ending in _ENDINGS:
            if name + ending in self.names:
                path = str(Path(self._path, name + ending))
                return list(self._inside(path)) if self._io.names(path) else [path]
        return []

    def _inside(self, folder: str) -> Iterator[str]:
        for name in self._io.names(folder):
            path, ending = str(Path(folder, name)), Path(name).suffix
            if name.startswith(".") or name.endswith("~") or ending not in _ENDINGS:
                continue
            if not ending and self._io.names(path):
                yield from self._inside(path)
            else:
                yield path

    def _read(self, path: str) -> dict[str, object]:
        file = str(Path(path).relative_to(self._root))
        try:
            text = self._opened(self._io.read(path), file)
        except OpsError as error:
            self.problems.append(Problem(file=file, line=1, cause=error.cause, fix=error.fix))
            return {}
        data: Any = config.parse(text, file, self.problems, Loader)
        if data is None or isinstance(data, dict):
            return {str(key): value for key, value in (data or {}).items()}
        cause = f"expected variables, got {type(data).__name__}"
        fix = "write `variable: value` lines"
        self.problems.append(Problem(file=file, line=1, cause=cause, fix=fix))
        return {}

    def _opened(self, text: str, file: str) -> str:
        if not text.startswith(HEADER):
            return text
        if not self._vault.can_open:
            fix = "set vault.password in site.yml, or encrypt single values (ansible-vault encrypt_string)"
            raise OpsError(f"{file} is encrypted by ansible-vault", fix=fix)
        return self._vault.open(text)
