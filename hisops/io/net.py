"""The network for coroutines: what core.net.Net promises, on io/loop.py."""

from __future__ import annotations

import _socket  # without the Python layer above it: 4 of 100 us of a probe
import ipaddress
import socket
import time
from typing import TYPE_CHECKING, TypeVar

from hisops.core.errors import Exit, OpsError
from hisops.core.net import Echo, Heard, Times
from hisops.io import process
from hisops.io.echo import Echoes
from hisops.io.loop import WRITE, Loop
from hisops.io.names import Names, normal
from hisops.io.question import Questions
from hisops.io.stream import Datagrams, Tcp
from hisops.io.threads import Threads

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from hisops.core.io import Completed, Io
    from hisops.core.net import Question

T = TypeVar("T")
_MOST_THREADS = 64
_STREAM = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
_SECRET_FRESH_SECONDS = 60.0
_SECRET_SECONDS = 30.0


class Network:
    """A `Net`; `refuse` gives the reason why nothing may be sent to an address, or nothing."""

    def __init__(
        self, loop: Loop, io: Io, refuse: Callable[[str], str] = lambda _address: ""
    ) -> None:
        self.refuse = refuse
        self._loop = loop
        self._io = io
        self._echoes = Echoes(loop)
        self._names = Names(loop)
        self._threads = Threads(loop, _MOST_THREADS)
        self._secrets: dict[str, tuple[float, str]] = {}

    async def connect(
        self, host: str, port: int, *, tls: ssl.SSLContext | None = None, name: str = ""
    ) -> Tcp:
        """See core.net.Net."""
        start = time.monotonic()
        if host.startswith("/"):
            return self._connect_local(host)
        address = await self.resolve(host)
        self.allow(address)
        found = time.monotonic()
        link = _socket.socket(_family(address), _STREAM)
        try:
            await self._join(link, (address, port))
        except BaseException:
            self._loop.forget(link.fileno())
            link.close()
            raise
        times = Times(resolve=found - start, connect=time.monotonic() - found)
        stream = Tcp(self._loop, link, address, times)
        if tls is not None:
            try:
                await stream.start_tls(tls, name or host)
            except BaseException:
                stream.close()
                raise
        return stream

    def _connect_local(self, path: str) -> Tcp:
        """To a unix socket; one whose queue is full is not waited for (EAGAIN, unix(7))."""
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            link.connect(path)
        except OSError:
            link.close()
            raise
        return Tcp(self._loop, link, path, Times(0.0, 0.0))

    async def peer(self, host: str, port: int) -> Datagrams:
        """See core.net.Net."""
        address = await self.resolve(host)
        self.allow(address)
        link = socket.socket(_family(address), socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            link.connect((address, port))
        except OSError:
            link.close()
            raise
        return Datagrams(self._loop, link, address)

    async def ping(
        self, host: str, *, timeout: float, size_bytes: int = 56, ttl: int = 64
    ) -> Echo | None:
        """See core.net.Net."""
        address = await self.resolve(host)
        self.allow(address)
        return (await self._echoes.ask([address], timeout, size_bytes, ttl))[0]

    async def ping_all(
        self, addresses: Sequence[str], *, timeout: float, size_bytes: int = 56, ttl: int = 64
    ) -> list[Echo | None]:
        """See core.net.Net."""
        for address in addresses:
            self.allow(address)
        addresses = [normal(address) or address for address in addresses]
        return await self._echoes.ask(addresses, timeout, size_bytes, ttl)

    async def ask_all(
        self,
        questions: Sequence[Question],
        accept: Callable[[bytes, bytes], bool],
        *,
        timeout: float,
        tries: int = 1,
    ) -> list[Heard]:
        """See core.net.Net."""
        found = [Heard(b"", 0.0)] * len(questions)
        sets: dict[bool, list[int]] = {}
        for at, question in enumerate(questions):
            self.allow(question.address)
            sets.setdefault(":" in question.address, []).append(at)
        batches = [
            Questions(self._loop, [questions[at] for at in places], accept).ask(timeout, tries)
            for places in sets.values()
        ]
        heard = await self._loop.gather(batches, limit=2)
        for places, results in zip(sets.values(), heard, strict=True):
            for at, result in zip(places, results, strict=True):
                found[at] = result
        return found

    async def resolve(self, host: str) -> str:
        """See core.net.Net."""
        return await self._names.resolve(host)

    def allow(self, host: str) -> None:
        """See core.net.Net."""
        reason = self.refuse(host)
        if reason:
            fix = (
                "nothing is sent there; the zone's `allow` in inventory/zones.yml names exceptions"
            )
            raise OpsError(f"{host}: {reason}", fix=fix, code=Exit.REFUSED)

    async def sleep(self, seconds: float) -> None:
        """See core.net.Net."""
        await self._loop.sleep(seconds)

    async def within(self, seconds: float, work: Coroutine[object, object, T]) -> T:
        """See core.net.Net."""
        return await self._loop.within(seconds, work)

    async def gather(
        self, works: Iterable[Coroutine[object, object, T]], *, limit: int = 200
    ) -> list[T]:
        """See core.net.Net."""
        return await self._loop.gather(works, limit=limit)

    def spawn(self, work: Coroutine[object, object, object]) -> None:
        """See core.net.Net."""
        self._loop.spawn(work)

    async def thread(self, work: Callable[[], T], *, timeout: float) -> T:
        """See core.net.Net."""
        return await self._threads.run(work, timeout=timeout)

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """See core.net.Net."""
        return await self.thread(
            lambda: process.run(argv, timeout, stdin, env), timeout=timeout + 10.0
        )

    def now(self) -> float:
        """See core.net.Net."""
        return time.time()

    def tick(self) -> float:
        """See core.net.Net."""
        return time.monotonic()

    def secret(self, ref: str) -> str:
        """See core.net.Net."""
        read_at, value = self._secrets.get(ref, (0.0, ""))
        age = time.monotonic() - read_at
        if value and age < _SECRET_FRESH_SECONDS:
            return value
        if value and ref.startswith("cmd:"):  # a program: renewed beside the loop, not in it
            self._secrets[ref] = (time.monotonic(), value)
            self._loop.spawn(self._renew(ref))
            return value
        value = self._io.secret(ref)
        self._secrets[ref] = (time.monotonic(), value)
        return value

    async def _renew(self, ref: str) -> None:
        value = await self.thread(lambda: self._io.secret(ref), timeout=_SECRET_SECONDS)
        self._secrets[ref] = (time.monotonic(), value)

    def read(self, path: str) -> str:
        """See core.net.Net."""
        return self._io.read(path)

    def close(self) -> None:
        """Let go of the sockets that all probes share."""
        self._echoes.close()

    async def _join(self, link: _socket.socket, address: tuple[str, int]) -> None:
        try:
            link.connect(address)
        except BlockingIOError:
            events = await self._loop.ready(link.fileno(), WRITE)
            if events == WRITE:
                return
            code = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, _words(code)) from None


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _words(code: int) -> str:
    import os

    return os.strerror(code)


def zone_guard(forbidden: Iterable[str], allowed: Iterable[str]) -> Callable[[str], str]:
    """Why nothing may be sent to an address: it lies in one of the networks and is not allowed."""
    networks = [ipaddress.ip_network(text, strict=False) for text in forbidden]
    exceptions = frozenset(allowed)

    def refuse(address: str) -> str:
        if not networks or address in exceptions:
            return ""
        place = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(place, "ipv4_mapped", None)
        place = mapped or place
        if str(place) in exceptions or not any(place in network for network in networks):
            return ""
        return "the zone of this address must be left alone"

    return refuse
