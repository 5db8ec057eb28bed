"""What the tests of probes share: an authority, a folder for servers, and peers that misbehave."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.real.probes.authority import Authority
from tests.real.sql.server import folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    """A certificate authority."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def place() -> Iterator:
    """A folder with a short name for a server's files."""
    with folder("root") as path:
        yield path


@pytest.fixture
def peer() -> Iterator[Callable[[Callable[[socket.socket], object]], int]]:
    """`peer(talk)` gives the port of a server that handles each connection by `talk`."""
    with contextlib.ExitStack() as stack:
        ended = threading.Event()

        def serve(talk: Callable[[socket.socket], object]) -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.settimeout(0.1)

            def one(link: socket.socket) -> None:
                with link, contextlib.suppress(OSError):
                    link.settimeout(30)
                    talk(link)

            def accept() -> None:
                while not ended.is_set():
                    with contextlib.suppress(TimeoutError):
                        link, _ = listener.accept()
                        threading.Thread(target=one, args=(link,), daemon=True).start()

            thread = threading.Thread(target=accept)
            thread.start()
            stack.callback(thread.join)
            return int(listener.getsockname()[1])

        yield serve
        ended.set()
