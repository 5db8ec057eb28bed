"""A PostgreSQL server under test."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.sql.server import folder, free_port, listens, running, wait_for

_USER = "postgres"
PASSWORD = "p-for-tests"
_SETTINGS = """
listen_addresses = '127.0.0.1'
fsync = off
max_connections = 20
wal_level = replica
archive_mode = on
archive_timeout = 0
shared_buffers = 16MB
max_wal_size = 64MB
deadlock_timeout = 100ms
wal_receiver_status_interval = 1s
"""
_ROLES = f"""
CREATE ROLE hisops LOGIN PASSWORD '{PASSWORD}';
GRANT pg_monitor TO hisops;
CREATE ROLE old LOGIN;
CREATE DATABASE his;
"""


@dataclass
class Cluster:
    """Where it is, and the process group that it is."""

    path: Path
    port: int
    pid: int

    @property
    def target(self) -> str:
        """As a module's target."""
        return f"127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        """Path of the unix socket."""
        return f"{self.path}/.s.PGSQL.{self.port}"

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Run statements as the superuser."""
        words = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run(
            ["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.path, "-p", str(self.port), "-U", _USER, "-d", database, *words],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    @contextlib.contextmanager
    def session(self, *statements: str) -> Iterator[None]:
        """A session of the superuser that has run these statements and is still there."""
        argv = ["psql", "-X", "-At", "-h", self.path, "-p", str(self.port), "-U", _USER, "his"]
        child = subprocess.Popen(
            list(map(str, argv)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None
        try:
            child.stdin.write("\n".join(statements) + "\n")
            child.stdin.flush()
            yield
        finally:
            child.kill()
            child.communicate()


def tools() -> str:
    """The folder of the newest server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    return str(found[-1])


@contextlib.contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """A fresh server with the monitoring role."""
    with folder(_USER) as path:
        port = free_port()
        argv = [f"{tools()}/initdb", "-D", f"{path}/data", "-A", "trust", "-k", "-N", "--no-sync"]
        subprocess.run(
            [*argv, "-U", _USER, "-E", "UTF8", "--locale=C.UTF-8"],
            user=_USER, group=_USER, extra_groups=[], cwd=path, check=True, capture_output=True,
        )  # fmt: skip
        text = _SETTINGS + "".join(f"{key} = '{value}'\n" for key, value in settings.items())
        (path / "data/postgresql.auto.conf").write_text(text)
        (path / "data/pg_hba.conf").write_text(
            "local all all trust\n"
            "host all old 127.0.0.1/32 md5\n"
            "host replication all 127.0.0.1/32 trust\n"
            "host all all 127.0.0.1/32 scram-sha-256\n"
        )
        with serve(path, port) as server:
            server.sql(*_ROLES.strip().splitlines())
            yield server


@contextlib.contextmanager
def serve(path: Path, port: int) -> Iterator[Cluster]:
    """The server of a data folder."""
    argv = [f"{tools()}/postgres", "-D", f"{path}/data", "-p", str(port), "-k", str(path)]
    with running(argv, _USER, path) as child:
        wait_for(lambda: child.poll() is not None or _accepts(path, port))
        assert child.poll() is None, (path / "log").read_text()
        yield Cluster(path, port, child.pid)


def _accepts(path: Path, port: int) -> bool:
    argv = ["pg_isready", "-q", "-h", str(path), "-p", str(port)]
    return listens(port) and subprocess.run(argv, check=False).returncode == 0


@contextlib.contextmanager
def replica(of: Cluster) -> Iterator[Cluster]:
    """A streaming replica of a server."""
    with folder(_USER) as path:
        subprocess.run(
            ["pg_basebackup", "-D", f"{path}/data", "-h", "127.0.0.1", "-p", str(of.port), "-U", _USER,
             "-R", "-X", "stream", "-c", "fast", "--no-sync"],
            user=_USER, group=_USER, extra_groups=[], cwd=path, check=True, capture_output=True,
        )  # fmt: skip
        with serve(path, free_port()) as server:
            yield server


def copy_of(path: Path, target: Path) -> None:
    """A data folder's copy."""
    shutil.copytree(path, target)
