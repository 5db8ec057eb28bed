"""Values that ansible-vault has encrypted: kept closed, opened only where hisops needs them."""

import sys
from pathlib import Path
from typing import Any

import yaml

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import Value

HEADER = "$ANSIBLE_VAULT;"
_SECONDS = 60.0


class Vaulted(Value, frozen=True, kw_only=True):
    """An encrypted value as it stands in the file."""

    text: str


class Loader(yaml.CSafeLoader):
    """YAML with Ansible's own tags: `!vault` gives Vaulted, `!unsafe` plain text."""


def _vaulted(_: Any, node: yaml.ScalarNode) -> Vaulted:
    return Vaulted(text=str(node.value))


def _unsafe(_: Any, node: yaml.ScalarNode) -> str:
    return str(node.value)


for tag in ("!vault", "!vault-encrypted"):
    Loader.add_constructor(tag, _vaulted)
Loader.add_constructor("!unsafe", _unsafe)


class Vault:
    """Opens encrypted texts by the program ansible-vault, each only once."""

    def __init__(self, io: Io, root: str, password: str) -> None:
        self._io, self._root, self._password = io, root, password
        self._known: dict[str, str] = {}

    @property
    def can_open(self) -> bool:
        """Whether site.yml says where the password is."""
        return bool(self._password)

    def open(self, text: str) -> str:
        """The plain text; raises OpsError when the program or the password does not fit."""
        if text not in self._known:
            self._known[text] = self._open(text)
        return self._known[text]

    def _open(self, text: str) -> str:
        kind, _, path = self._password.partition(":")
        if kind == "file":
            return self._decrypt([str(Path(self._root, path)), "-"], text)
        # The password goes in by standard input, so the encrypted text needs a file.
        closed = str(Path(self._root, f".vault-{self._io.new_id()}"))
        try:
            self._io.write(closed, text, mode=0o600)
            return self._decrypt(["/dev/stdin", closed], self._io.secret(self._password))
        finally:
            self._io.remove(closed)

    def _decrypt(self, places: list[str], stdin: str) -> str:
        """Run ansible-vault with the place of the password and that of the encrypted text."""
        beside = str(Path(sys.executable).parent / "ansible-vault")
        program = beside if self._io.exists(beside) else "ansible-vault"
        argv = [program, "decrypt", "--output", "-", "--vault-password-file", *places]
        done = self._io.run(argv, stdin=stdin.encode(), timeout=_SECONDS, cwd=self._root)
        if done.code != 0:
            fix = "check vault.password in site.yml"
            raise OpsError(f"ansible-vault: {done.last_error}", fix=fix, code=Exit.USAGE)
        return done.text
