"""Database servers of the tests' own: loopback ports from the kernel, ordinary users, no fsync."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def wait_for(true: Callable[[], object], seconds: float = 20.0, every: float = 0.02) -> None:
    """Poll until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(every)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def folder(user: str) -> Iterator[Path]:
    """A folder with a short name that belongs to a user, and that others may pass."""
    path = Path(tempfile.mkdtemp(prefix="sq", dir="/tmp"))
    path.chmod(0o755)
    shutil.chown(path, user)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(
    argv: list[str], user: str, cwd: Path, log: str = "log"
) -> Iterator[subprocess.Popen[bytes]]:
    """A server as that user until the block is left; its children end with it."""
    with (cwd / log).open("ab") as out:
        child = subprocess.Popen(
            argv, user=user, group=user, extra_groups=[], cwd=cwd, stdout=out, stderr=out,
            start_new_session=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process group that does nothing until the block is left."""
    os.killpg(pid, signal.SIGSTOP)
    try:
        wait_for(lambda: set(_states(pid)) == {"T"})
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)


def _states(group: int) -> Iterator[str]:
    """State of every thread of a process group (proc(5), stat): a stop takes a moment to reach all."""
    for path in Path("/proc").glob("[0-9]*/task/*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group:
                yield state
