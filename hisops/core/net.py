"""The network as probes see it; io/net.py fulfils it.

A probe is a coroutine on one loop with hundreds of others: whatever it waits for, it awaits here.
Its deadline is the loop's business. Trouble is one of OpsError (with a cause for people), OSError,
TimeoutError and ValueError (the peer sent something that the protocol does not allow).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from hisops.core.io import Completed

T = TypeVar("T")

MOST_BYTES = 10_000_000


class Times(NamedTuple):
    """Seconds that the parts of a connection took; None for a part that there was not."""

    resolve: float
    connect: float
    tls: float | None = None


class Stream(Protocol):
    """A TCP connection, with TLS or without."""

    times: Times
    address: str
    tls: ssl.SSLObject | None

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        ...

    async def receive(self, most: int = 65536) -> bytes:
        """Bytes that are there, at least one; empty when the peer has ended."""
        ...

    async def exactly(self, count: int) -> bytes:
        """So many bytes; raises ValueError when the peer ends before."""
        ...

    async def until(self, mark: bytes, most: int = MOST_BYTES) -> bytes:
        """Everything up to and with the mark; raises ValueError when `most` bytes lack it."""
        ...

    async def start_tls(self, context: ssl.SSLContext, name: str = "") -> None:
        """Turn to TLS now; raises ssl.SSLError. `name` is sent as SNI and checked if the context does."""
        ...

    def close(self) -> None:
        """End it; may be called twice."""
        ...


class Peer(Protocol):
    """A UDP socket that is connected to one address: answers of others never come through."""

    address: str

    async def ask(
        self, data: bytes, accept: Callable[[bytes], bool], *, timeout: float, tries: int = 1
    ) -> bytes:
        """Send, and give the first answer that `accept` takes; raises TimeoutError after all tries."""
        ...

    async def send(self, data: bytes) -> None:
        """Send one datagram."""
        ...

    async def receive(self) -> bytes:
        """The next datagram."""
        ...

    def close(self) -> None:
        """End it; may be called twice."""
        ...


class Echo(NamedTuple):
    """An answer to ICMP echo."""

    seconds: float
    ttl: int


class Question(NamedTuple):
    """A datagram to an address, whose answer is waited for."""

    address: str
    port: int
    data: bytes


class Heard(NamedTuple):
    """What became of a question: the answer and how long it took, or why there is none."""

    data: bytes
    seconds: float
    problem: str = ""


class Net(Protocol):
    """All that a probe may do outside its own memory.

    `connect`, `peer`, `ping`, `ping_all` and `ask_all` raise OpsError REFUSED for an address in a
    zone that must be left alone: not one packet goes there.
    """

    async def connect(
        self, host: str, port: int, *, tls: ssl.SSLContext | None = None, name: str = ""
    ) -> Stream:
        """A TCP connection, after a TLS handshake when a context is given.

        A host that begins with `/` is the path of a unix socket.
        """
        ...

    async def peer(self, host: str, port: int) -> Peer:
        """A UDP socket towards one address."""
        ...

    async def ping(
        self, host: str, *, timeout: float, size_bytes: int = 56, ttl: int = 64
    ) -> Echo | None:
        """One ICMP echo; None when no answer came in time."""
        ...

    async def ping_all(
        self, addresses: Sequence[str], *, timeout: float, size_bytes: int = 56, ttl: int = 64
    ) -> list[Echo | None]:
        """One ICMP echo to each, all through one socket; raises OpsError as ping."""
        ...

    async def ask_all(
        self,
        questions: Sequence[Question],
        accept: Callable[[bytes, bytes], bool],
        *,
        timeout: float,
        tries: int = 1,
    ) -> list[Heard]:
        """Answers that `accept(question, answer)` takes, all through one UDP socket."""
        ...

    async def resolve(self, host: str) -> str:
        """The address of a name; an address stands for itself. Raises OpsError UNREACHABLE."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others work for a while."""
        ...

    async def within(self, seconds: float, work: Coroutine[object, object, T]) -> T:
        """The result of the work; raises TimeoutError when it takes longer, and ends it."""
        ...

    async def gather(
        self, works: Iterable[Coroutine[object, object, T]], *, limit: int = 200
    ) -> list[T]:
        """All results in order, `limit` at a time; the first error ends the others and is raised."""
        ...

    async def thread(self, work: Callable[[], T], *, timeout: float) -> T:
        """What blocking code returns, on a thread of its own; a hung one is given up.

        For libraries that know no coroutines. Raises TimeoutError, or what the work raises.
        """
        ...

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run a program as Io.run does, without holding up the others."""
        ...

    def spawn(self, work: Coroutine[object, object, object]) -> None:
        """Start work that nobody waits for; what it raises goes to the log."""
        ...

    def allow(self, host: str) -> None:
        """Raise OpsError REFUSED when nothing may be sent to an address (for libraries with own sockets)."""
        ...

    def now(self) -> float:
        """Wall clock, seconds since 1970."""
        ...

    def tick(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def secret(self, ref: str) -> str:
        """What a reference (env:, file:, credential:, cmd:) stands for."""
        ...

    def read(self, path: str) -> str:
        """A small local file; raises OpsError as Io.read."""
        ...
