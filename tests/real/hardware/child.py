"""Programs that stand for hardware: loopback ports from the kernel, ended by their process id."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_DEADLINE_SECONDS = 15.0


def wait_for(true: Callable[[], object]) -> object:
    """The first true answer; fails after the deadline."""
    end = time.monotonic() + _DEADLINE_SECONDS
    while not (answer := true()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return answer


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nothing has."""
    with socket.socket(type=kind) as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def running(
    argv: list[str], log: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program while the block runs; killed at its end."""
    with log.open("wb") as out:
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=os.environ | (env or {})
        )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextlib.contextmanager
def frozen(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """A program that does nothing until the block is left."""
    child.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        child.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def liar(answer: bytes, *, endless: bool = False) -> Iterator[int]:
    """The port of a server that gives everybody this answer, once or for ever."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = server.accept()
                with link, contextlib.suppress(OSError):
                    link.recv(65536)
                    link.sendall(answer)
                    while endless:
                        link.sendall(answer)
                    link.recv(65536)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
