"""A Redis server under test."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.sql.server import folder, free_port, listens, running, wait_for

_USER = "redis"
PASSWORD = "p-for-tests"
_RIGHTS = ("+ping", "+info", "+slowlog|len")


@dataclass
class Server:
    """Where it is, and the process group that it is."""

    path: Path
    port: int
    pid: int

    @property
    def target(self) -> str:
        """As a module's target."""
        return f"127.0.0.1:{self.port}"

    def run(self, *words: str) -> str:
        """One command by redis-cli."""
        argv = ["redis-cli", "-p", str(self.port), "--no-auth-warning", "-a", PASSWORD, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def server(*extra: str) -> Iterator[Server]:
    """A fresh server with a password and a monitoring role."""
    with folder(_USER) as path:
        port = free_port()
        argv = [
            "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(path),
            "--unixsocket", f"{path}/sock", "--requirepass", PASSWORD, "--masterauth", PASSWORD,
            "--repl-diskless-sync-delay", "0", "--save", "3600 1", *extra,
        ]  # fmt: skip
        with running(argv, _USER, path) as child:
            wait_for(lambda: child.poll() is not None or listens(port))
            assert child.poll() is None, (path / "log").read_text()
            made = Server(path, port, child.pid)
            made.run("ACL", "SETUSER", "hisops", "on", f">{PASSWORD}", *_RIGHTS)
            yield made
