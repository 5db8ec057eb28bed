"""Basic authentication (RFC 7617) against a file of hashed passwords, never in the server's loop."""

from __future__ import annotations

import os
import sys
from binascii import a2b_base64
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.io.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

# bcrypt, SHA-256, SHA-512 and yescrypt, crypt(5); apr1 and plain text are not among them.
_HASHES = ("$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$")
_MOST_WAITING = 16
_MOST_REMEMBERED = 64


class Gate:
    """Knows who may come in. A password is checked on a thread and remembered under a keyed hash."""

    def __init__(self, path: str, wake: Callable[[], None]) -> None:
        """`wake` is called from a thread when a check has ended; then call `collect`."""
        self._path = path
        self._key = os.urandom(32)
        self._users = load_users(path)
        self._stamp = _stamp(path)
        self._known: set[bytes] = set()
        self._waiting: list[tuple[str, Callable[[int], None]]] = []
        self._worker = Worker(self._check, wake)
        self._passed = False
        self._asked = self._users

    def admit(self, header: str, done: Callable[[int], None]) -> None:
        """Call `done` with 200, 401 or 503, now or from `collect`."""
        self._refresh()
        if not header:
            done(401)
        elif self._mark(header) in self._known:
            done(200)
        elif len(self._waiting) >= _MOST_WAITING:
            done(503)
        else:
            self._waiting.append((header, done))
            if len(self._waiting) == 1:
                self._worker.ask()

    def collect(self) -> None:
        """Hand out the result of a check that has ended, and begin the next one."""
        if not self._waiting or not self._worker.wait(0):
            return
        header, done = self._waiting.pop(0)
        if self._passed and self._asked is self._users:  # not by users who were replaced meanwhile
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known.add(self._mark(header))
        if self._waiting:
            self._worker.ask()
        done(200 if self._passed else 401)

    def _check(self) -> None:
        self._asked = self._users
        try:
            self._passed = verify(self._waiting[0][0], self._asked)
        except OSError as error:  # libcrypt is missing
            sys.stderr.write(f"hisops agent: {error}\n")
            self._passed = False

    def _mark(self, header: str) -> bytes:
        from _blake2 import blake2s

        return blake2s(header.encode("latin-1", "replace"), key=self._key).digest()

    def _refresh(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._users = load_users(self._path)
            self._known.clear()
        except OpsError as error:
            sys.stderr.write(f"hisops agent: {error.cause}; the old users stay\n")


def load_users(path: str) -> dict[str, str]:
    """Hashes by user name from NAME:HASH lines; raises OpsError with file and line."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs the agent 2 MB
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is no UTF-8 text"
        fix = "let the agent's user read it, or correct site.yml: agent.users"
        raise OpsError(f"{path}: {why}", fix=fix, code=Exit.USAGE) from None
    users: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        name, colon, hashed = line.strip().partition(":")
        if not name or name.startswith("#"):
            continue
        if not colon or not hashed.startswith(_HASHES):
            fix = "make the line with htpasswd -nB NAME, or the hash with openssl passwd -6"
            raise OpsError(f"{path}:{number}: expected NAME:HASH", fix=fix, code=Exit.USAGE)
        users[name] = hashed
    if not users:
        fix = "add a line made with htpasswd -nB NAME, or a hash by openssl passwd -6"
        raise OpsError(f"{path}: names no user", fix=fix, code=Exit.USAGE)
    return users


def verify(header: str, users: dict[str, str]) -> bool:
    """Whether the header names a user with the right password; an unknown one takes as long."""
    scheme, _, token = header.partition(" ")
    try:
        name, _, password = a2b_base64(token).decode().partition(":")
    except ValueError:  # no Base64, not even ASCII, or no UTF-8 in it
        return False
    hashed = users.get(name, next(iter(users.values())))
    right = _crypt(password, hashed) == hashed
    return right and name in users and scheme.lower() == "basic"


def _crypt(password: str, setting: str) -> str:
    """crypt(3); the module of that name leaves Python with version 3.13."""
    import ctypes

    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    crypt.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
    result: bytes | None = crypt(password.replace("\0", "").encode(), setting.encode())
    return (result or b"*").decode()


def _stamp(path: str) -> float:
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - pathlib costs the agent 2 MB
    except OSError:
        return 0.0
