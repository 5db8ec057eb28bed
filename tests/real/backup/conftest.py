"""A site with its own sshd and PostgreSQL: loopback ports from the kernel, sockets in short folders."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hisops.backup import drill, plan, run, server
from hisops.backup.plan import Plan
from hisops.backup.server import Server
from hisops.core.event import BackupFinished, DrillFinished
from hisops.core.model import Inventory
from hisops.core.settings import Listen, Settings
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite
from hisops.workflow.parts import offsite

_PASSWORD = "a-password-for-tests"
_ROWS = """
CREATE TABLE patient (id int PRIMARY KEY, name text);
INSERT INTO patient SELECT n, 'synthetic ' || n FROM generate_series(1, 3000) n;
CREATE TABLE result (id int PRIMARY KEY, patient_id int REFERENCES patient, value numeric);
INSERT INTO result SELECT n, 1 + n % 3000, n FROM generate_series(1, 9000) n;
"""


class World:
    """One site under test."""

    def __init__(self, folder: str, port: int, template: str) -> None:
        self.folder = folder
        self.template = template
        state = f"{folder}/var"
        settings = Settings(name="test", offsite=Listen(listen=f"127.0.0.1:{port}"))
        self.site = Site(root=folder, settings=settings, inventory=Inventory(), state=state)
        self.io = Local(credentials=f"{state}/credentials")
        self.io.write(f"{state}/credentials/restic", _PASSWORD, mode=0o600)
        self.store = Sqlite(f"{state}/hisops.db")
        self.told: list[str] = []

    def plan(self, text: str, name: str = "work", **changes: object) -> Plan:
        """A plan around these lines of YAML about its source, expectations and assertions."""
        head = f"""\
{name}:
  system: test
  schedule: {{every: 1 d, timeout: 2 min}}
  repository: {{url: "${{state}}/backup/repository", password: "credential:restic"}}
  retention: {{daily: 7}}
"""
        body = "".join(f"  {line}\n" for line in text.strip().splitlines())
        self.io.write(f"{self.folder}/backup/{name}.yml", head + body)
        plans, problems = plan.read(self.io, self.site.root, self.site.state)
        assert not problems
        return msgspec.structs.replace(plans[name], **changes)

    def run(self, chosen: Plan) -> list[BackupFinished]:
        """Back up; the empty repository is copied, because making one is slow."""
        repository = Path(chosen.repository.url)
        if not repository.exists() and not self.store.read(_Count, _KNOWN)[0].n:
            shutil.copytree(self.template, repository)
        return run.run(self.io, self.store, self.site, chosen, actor="test", tell=self.told.append)

    def drill(self, chosen: Plan, copy: str = "") -> DrillFinished:
        """Restore and prove."""
        return drill.run(
            self.io, self.store, self.site, chosen, actor="test", tell=self.told.append, copy=copy
        )


class _Count(msgspec.Struct):
    n: int


_KNOWN = "SELECT count(*) AS n FROM event"


def wait_for(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Poll until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., None]:
    return wait_for


@pytest.fixture
def short_folder() -> Iterator[str]:
    """A folder whose name leaves room for a socket's, and that any user may pass."""
    folder = tempfile.mkdtemp(prefix="hb", dir="/tmp")
    Path(folder).chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data(short_folder: str) -> Path:
    """A folder of 41 files, some with names that are hard to read."""
    folder = Path(short_folder, "data")
    folder.mkdir()
    for number in range(40):
        (folder / f"报告 {number}\n.txt").write_text(f"result {number}\n" * 50)
    (folder / os.fsdecode(b"rapport\xe9")).write_bytes(b"latin-1 name")
    return folder


@pytest.fixture(scope="session")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A repository without a snapshot."""
    folder = tmp_path_factory.mktemp("template") / "repository"
    subprocess.run(
        ["restic", "init", "-q", "-r", folder],
        env={**os.environ, "RESTIC_PASSWORD": _PASSWORD},
        check=True,
    )
    return str(folder)


@pytest.fixture(scope="session")
def empty_copy(tmp_path_factory: pytest.TempPathFactory, empty_repository: str) -> str:
    """A repository without a snapshot that shares the chunks of the other."""
    folder = tmp_path_factory.mktemp("template") / "copy"
    words = ["--from-repo", empty_repository, "--copy-chunker-params"]
    subprocess.run(
        ["restic", "init", "-q", "-r", folder, *words],
        env={**os.environ, "RESTIC_PASSWORD": _PASSWORD, "RESTIC_FROM_PASSWORD": _PASSWORD},
        check=True,
    )
    return str(folder)


@pytest.fixture
def world(short_folder: str, empty_repository: str) -> Iterator[World]:
    """A site without any server."""
    made = World(short_folder, 1, empty_repository)
    yield made
    made.store.close()


@pytest.fixture
def offsite_sshd(short_folder: str, empty_repository: str) -> Iterator[World]:
    """A site whose own sshd runs, ready to hold the off-site copies."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = World(short_folder, port, empty_repository)
    offsite.prepare(made.io, made.site)
    child = subprocess.Popen(offsite.argv(made.site), stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: offsite.ready(made.io, made.site))
        made.sshd = child
        yield made
    finally:
        made.store.close()
        child.terminate()
        child.wait(10)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL on a unix socket, with the database `source`."""
    folder, io = tempfile.mkdtemp(prefix="hp", dir="/tmp"), Local()
    Path(folder).chmod(0o755)
    here = Server(folder=f"{folder}/run", tools=server.find_tools(io), data=f"{folder}/run/data")
    try:
        server.initialise(io, here, "UTF8", "C.UTF-8")
        server.start(io, here)
        assert server.psql(io, here, "postgres", "-c", "CREATE DATABASE source").code == 0
        assert server.psql(io, here, "source", "-c", _ROWS).code == 0
        yield here
    finally:
        server.stop(io, here)
        shutil.rmtree(folder)


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that the test started; they are killed at its end."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for child in started:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.wait(10)
