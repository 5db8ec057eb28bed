"""TCP and UDP for coroutines (core/net.py), on io/loop.py."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING

from hisops.core.net import MOST_BYTES, Times
from hisops.io.loop import READ, WRITE

if TYPE_CHECKING:
    import _socket
    from collections.abc import Callable

    from hisops.io.loop import Loop

_BLOCK = 65536
_TURN_AFTER = 64  # reads, then the others have their turn
_QUICKACK = getattr(socket, "TCP_QUICKACK", 12)


class Tcp:
    """A TCP connection, with TLS or without."""

    def __init__(self, loop: Loop, link: _socket.socket, address: str, times: Times) -> None:
        self.address = address
        self.times = times
        self.tls: ssl.SSLObject | None = None
        self._loop = loop
        self._link = link
        self._fd = link.fileno()
        self._reads = 0
        self._rest = bytearray()
        self._is_prompt = False
        self._in = self._out = None  # type: ssl.MemoryBIO | None

    async def send(self, data: bytes) -> None:
        """See core.net.Stream."""
        if self.tls is None or self._out is None:
            await self._push(data)
            return
        for start in range(0, len(data), _BLOCK):
            self.tls.write(data[start : start + _BLOCK])
            await self._push(self._out.read())

    async def receive(self, most: int = _BLOCK) -> bytes:
        """See core.net.Stream."""
        if self._rest:
            data = bytes(self._rest[:most])
            del self._rest[:most]
            return data
        return await self._pull(most)

    async def exactly(self, count: int) -> bytes:
        """See core.net.Stream."""
        while len(self._rest) < count:
            more = await self._pull(_BLOCK)
            if not more:
                raise ValueError(f"the peer ended after {len(self._rest)} of {count} bytes")
            self._rest += more
        data = bytes(self._rest[:count])
        del self._rest[:count]
        return data

    async def until(self, mark: bytes, most: int = MOST_BYTES) -> bytes:
        """See core.net.Stream."""
        start = 0
        while (at := self._rest.find(mark, start)) < 0:
            if len(self._rest) > most:
                raise ValueError(f"{most} bytes without an end")
            start = max(0, len(self._rest) - len(mark) + 1)
            more = await self._pull(_BLOCK)
            if not more:
                raise ValueError(f"the peer ended after {len(self._rest)} bytes")
            self._rest += more
        return await self.exactly(at + len(mark))

    async def start_tls(self, context: ssl.SSLContext, name: str = "") -> None:
        """See core.net.Stream."""
        if self._rest:  # somebody in between may have put them there (CVE-2011-0411)
            raise ValueError("there are plain bytes before TLS begins")
        start = time.monotonic()
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._in, self._out, server_hostname=name or None)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._push(self._out.read())
                await self._feed()
            except ssl.SSLError:
                await self._push(self._out.read())  # the alert tells the peer why
                raise
        await self._push(self._out.read())
        self.tls = tls
        self.times = self.times._replace(tls=time.monotonic() - start)

    def close(self) -> None:
        """See core.net.Stream."""
        if self._fd >= 0:
            self._loop.forget(self._fd)
            self._fd = -1
            self._link.close()

    async def _pull(self, most: int) -> bytes:
        """The next bytes of the peer, in plain text."""
        if self.tls is None:
            return await self._read(most)
        while True:
            try:
                return self.tls.read(most)
            except ssl.SSLWantReadError:
                if not await self._feed():
                    return b""
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def _feed(self) -> bool:
        """Hand bytes of the peer to TLS; False at their end."""
        data = await self._read(_BLOCK)
        assert self._in is not None  # noqa: S101 - only called with TLS
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        return bool(data)

    async def _read(self, most: int) -> bytes:
        self._reads += 1
        if not self._reads % _TURN_AFTER:  # a peer that never pauses must not keep the loop
            await self._loop.sleep(0)
        while True:
            try:
                return self._link.recv(most)
            except BlockingIOError:
                # Else peers that send head and body apart wait 40 ms for our kernel (hospital.md, 2).
                if self._link.family != socket.AF_UNIX:
                    self._link.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
                await self._loop.ready(self._fd, READ)

    async def _push(self, data: bytes) -> None:
        if not self._is_prompt and self._link.family != socket.AF_UNIX:
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_prompt = True
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._link.send(rest) :]
            except BlockingIOError:
                await self._loop.ready(self._fd, WRITE)


class Datagrams:
    """A UDP socket that is connected to one address."""

    def __init__(self, loop: Loop, link: socket.socket, address: str) -> None:
        self.address = address
        self._loop = loop
        self._link = link
        self._fd = link.fileno()
        self._reads = 0

    async def ask(
        self, data: bytes, accept: Callable[[bytes], bool], *, timeout: float, tries: int = 1
    ) -> bytes:
        """See core.net.Peer."""
        for last in range(tries - 1, -1, -1):
            await self.send(data)
            try:
                return await self._loop.within(timeout, self._first(accept))
            except TimeoutError:
                if not last:
                    raise
        raise TimeoutError

    async def send(self, data: bytes) -> None:
        """See core.net.Peer."""
        try:
            self._link.send(data)
        except BlockingIOError:
            await self._loop.ready(self._fd, WRITE)
            self._link.send(data)

    async def receive(self) -> bytes:
        """See core.net.Peer."""
        self._reads += 1
        if not self._reads % _TURN_AFTER:
            await self._loop.sleep(0)
        while True:
            try:
                return self._link.recv(_BLOCK)
            except BlockingIOError:
                await self._loop.ready(self._fd, READ)

    def close(self) -> None:
        """See core.net.Peer."""
        if self._fd >= 0:
            self._loop.forget(self._fd)
            self._fd = -1
            self._link.close()

    async def _first(self, accept: Callable[[bytes], bool]) -> bytes:
        while not accept(data := await self.receive()):
            pass
        return data
