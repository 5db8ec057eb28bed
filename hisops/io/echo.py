"""ICMP echo (RFC 792, RFC 4443): one raw socket per family for all hosts together."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.net import Echo
from hisops.io.loop import Loop
from hisops.io.task import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HEAD = struct.Struct("!BBHHH")
_REQUEST, _REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
_COOKIE_BYTES = 16
_MOST_AT_ONCE = 1000  # packets, then the others have their turn
_LARGEST = 0xFFFF
_MOST_BYTES = 65_507 - _HEAD.size
# At most 20,000 packets a second leave, and what comes back fits the socket's buffer.
_BURST = 100
_PAUSE_SECONDS = 0.005
_SOL_RAW, _ICMP_FILTER, _ICMPV6_FILTER = 255, 1, 1  # linux/icmp.h, linux/icmpv6.h


class _Batch:
    """Echoes that are sent together, and what came back."""

    def __init__(self, addresses: Sequence[str], size_bytes: int, ttl: int) -> None:
        self.addresses = addresses
        self.ttl = ttl
        self.cookie = os.urandom(_COOKIE_BYTES)
        self.payload = self.cookie.ljust(min(size_bytes, _MOST_BYTES), b"h")
        self.keys: list[tuple[str, int]] = []
        self.starts = [0.0] * len(addresses)
        self.echoes: list[Echo | None] = [None] * len(addresses)
        self.left = len(addresses)
        self.signal: Signal[None] = Signal()


class Echoes:
    """Sends echo requests and matches the answers by address, id, number and a secret cookie."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._sockets: dict[int, socket.socket] = {}
        self._ttls: dict[int, int] = {}
        self._id = os.getpid() & _LARGEST
        self._number = 0
        self._waiting: dict[tuple[str, int], tuple[_Batch, int]] = {}

    async def ask(
        self, addresses: Sequence[str], timeout: float, size_bytes: int, ttl: int
    ) -> list[Echo | None]:
        """The answers of addresses; None where none came in time, or nothing could be sent.

        A single echo that cannot be sent raises OSError.
        """
        batch = _Batch(addresses, size_bytes, ttl)
        try:
            with contextlib.suppress(TimeoutError):
                await self._loop.within(timeout, self._exchange(batch))
        finally:
            for key in batch.keys:
                self._waiting.pop(key, None)
        return batch.echoes

    def close(self) -> None:
        """Let go of the sockets."""
        while self._sockets:
            self._sockets.popitem()[1].close()

    async def _exchange(self, batch: _Batch) -> None:
        count = len(batch.addresses)
        for begin in range(0, count, _BURST):
            if begin:
                await self._loop.sleep(_PAUSE_SECONDS)
            self._send(batch, begin, min(begin + _BURST, count))
        if batch.left:
            await self._loop.wait(batch.signal)

    def _send(self, batch: _Batch, begin: int, end: int) -> None:
        """Send some of a batch; an address that nothing can be sent to is done with."""
        clock, waiting, number = time.monotonic, self._waiting, self._number
        known: dict[int, tuple[socket.socket, int]] = {}
        for at in range(begin, end):
            address = batch.addresses[at]
            version = 6 if ":" in address else 4
            if version not in known:
                known[version] = (self._socket(version, batch.ttl), self._sum(version, batch))
            link, total = known[version]
            number = (number + 1) & _LARGEST
            key = (address, number)
            batch.keys.append(key)
            waiting[key] = (batch, at)
            packet = _HEAD.pack(_REQUEST[version], 0, _fold(total + number), self._id, number)
            batch.starts[at] = clock()
            try:
                link.sendto(packet + batch.payload, (address, 0))
            except OSError:
                if len(batch.addresses) == 1:
                    raise
                batch.left -= 1
        self._number = number

    def _sum(self, version: int, batch: _Batch) -> int:
        """The sum under the checksum without the number; the kernel fills in that of IPv6."""
        return _words(_HEAD.pack(_REQUEST[version], 0, 0, self._id, 0) + batch.payload)

    def _socket(self, version: int, ttl: int) -> socket.socket:
        if version not in self._sockets:
            self._sockets[version] = _open(version)
            link = self._sockets[version]
            self._loop.watch(link.fileno(), self._reader(version, link))
        link = self._sockets[version]
        if self._ttls.get(version) != ttl:
            if version == 6:  # noqa: PLR2004 - IP
                link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
            else:
                link.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            self._ttls[version] = ttl
        return link

    def _reader(self, version: int, link: socket.socket) -> Callable[[], None]:
        receive, take = link.recvfrom, self._take

        def read() -> None:
            for _ in range(_MOST_AT_ONCE):
                try:
                    data, sender = receive(65536)
                except BlockingIOError:
                    return
                except OSError:
                    continue  # an error that an earlier packet met is told once and gone
                take(version, data, sender[0])

        return read

    def _take(self, version: int, data: bytes, sender: str) -> None:
        """Match one packet; whatever is no answer to us is dropped."""
        ttl, at = 0, 0
        if version == 4:  # noqa: PLR2004 - IP
            if len(data) < 20:  # noqa: PLR2004 - a header
                return
            ttl, at = data[8], (data[0] & 15) * 4
        if len(data) < at + _HEAD.size + _COOKIE_BYTES:
            return
        kind, _, _, mine, number = _HEAD.unpack_from(data, at)
        batch, place = self._waiting.get((sender, number), (None, 0))
        if batch is None or kind != _REPLY[version] or mine != self._id:
            return
        if not data.startswith(batch.cookie, at + _HEAD.size):
            return
        del self._waiting[sender, number]
        batch.echoes[place] = Echo(time.monotonic() - batch.starts[place], ttl)
        batch.left -= 1
        if not batch.left:
            self._loop.give(batch.signal, None)


def _open(version: int) -> socket.socket:
    """A raw socket that lets echo replies through and nothing else."""
    family = socket.AF_INET6 if version == 6 else socket.AF_INET  # noqa: PLR2004 - IP
    protocol = socket.IPPROTO_ICMPV6 if version == 6 else socket.IPPROTO_ICMP  # noqa: PLR2004
    try:
        link = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
    except PermissionError:
        fix = "give the prober CAP_NET_RAW (hisops install does), or run it as root"
        raise OpsError("ICMP is not allowed", fix=fix, code=Exit.REFUSED) from None
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    reply = _REPLY[version]
    if version == 6:  # noqa: PLR2004 - IP
        blocked = bytearray(b"\xff" * 32)
        struct.pack_into("=I", blocked, reply // 32 * 4, ~(1 << reply % 32) & 0xFFFFFFFF)
        link.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, bytes(blocked))
    else:
        link.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~(1 << reply) & 0xFFFFFFFF))
    return link


def _words(data: bytes) -> int:
    words = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(words) // 2}H", words))
    return total


def _fold(total: int) -> int:
    """The Internet checksum of a sum of words (RFC 1071)."""
    while total >> 16:
        total = (total & _LARGEST) + (total >> 16)
    return ~total & _LARGEST
