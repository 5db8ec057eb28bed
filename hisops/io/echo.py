"""ICMP echo (RFC 792, RFC 4443): one raw socket per family for all hosts together."""

from __future__ import annotations

import errno
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
    from collections.abc import Callable

_HEAD = struct.Struct("!BBHHH")
_REQUEST, _REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
_COOKIE_BYTES = 16
_LARGEST = 0xFFFF


class Echoes:
    """Sends echo requests and matches the answers by address, id, number and a secret cookie."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._sockets: dict[int, socket.socket] = {}
        self._id = os.getpid() & _LARGEST
        self._number = 0
        self._waiting: dict[tuple[str, int], tuple[bytes, Signal[Echo]]] = {}

    async def ask(self, address: str, timeout: float, size_bytes: int, ttl: int) -> Echo | None:
        """The answer of an address; None when there is none in time."""
        version = 6 if ":" in address else 4
        link = self._socket(version)
        self._number = (self._number + 1) & _LARGEST
        number, cookie = self._number, os.urandom(_COOKIE_BYTES)
        signal: Signal[Echo] = Signal()
        self._waiting[address, number] = (cookie, signal)
        packet = _packet(version, self._id, number, cookie.ljust(size_bytes, b"h"))
        start = time.monotonic()
        try:
            if ttl != 64:  # noqa: PLR2004 - Linux' own
                link.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            link.sendto(packet, (address, 0))
            found = await self._loop.within(timeout, self._loop.wait(signal))
        except TimeoutError:
            return None
        finally:
            del self._waiting[address, number]
        return found._replace(seconds=found.seconds - start)

    def close(self) -> None:
        """Let go of the sockets."""
        while self._sockets:
            self._sockets.popitem()[1].close()

    def _socket(self, version: int) -> socket.socket:
        if version not in self._sockets:
            family = socket.AF_INET6 if version == 6 else socket.AF_INET  # noqa: PLR2004 - IP
            protocol = socket.IPPROTO_ICMPV6 if version == 6 else socket.IPPROTO_ICMP  # noqa: PLR2004
            try:
                link = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
            except PermissionError:
                fix = "give the prober CAP_NET_RAW (hisops install does), or run it as root"
                raise OpsError("ICMP is not allowed", fix=fix, code=Exit.REFUSED) from None
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            self._loop.watch(link.fileno(), self._reader(version, link))
            self._sockets[version] = link
        return self._sockets[version]

    def _reader(self, version: int, link: socket.socket) -> Callable[[], None]:
        def read() -> None:
            while True:
                try:
                    data, sender = link.recvfrom(65536)
                except BlockingIOError:
                    return
                except OSError as error:
                    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNREFUSED):
                        continue
                    return
                self._take(version, data, sender[0])

        return read

    def _take(self, version: int, data: bytes, sender: str) -> None:
        """Match one packet; whatever is no answer to us is dropped."""
        ttl = 0
        if version == 4:  # noqa: PLR2004 - IP
            if len(data) < 20:  # noqa: PLR2004 - a header
                return
            ttl, data = data[8], data[(data[0] & 15) * 4 :]
        if len(data) < _HEAD.size + _COOKIE_BYTES or data[0] != _REPLY[version]:
            return
        _, _, _, mine, number = _HEAD.unpack_from(data)
        cookie, signal = self._waiting.get((sender, number), (b"", None))
        if signal is None or mine != self._id or not data[_HEAD.size :].startswith(cookie):
            return
        self._loop.give(signal, Echo(time.monotonic(), ttl))


def _packet(version: int, own: int, number: int, payload: bytes) -> bytes:
    head = _HEAD.pack(_REQUEST[version], 0, 0, own, number)
    if version == 6:  # noqa: PLR2004 - the kernel fills in that checksum
        return head + payload
    return _HEAD.pack(_REQUEST[version], 0, checksum(head + payload), own, number) + payload


def checksum(data: bytes) -> int:
    """The Internet checksum of RFC 1071."""
    words = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(words) // 2}H", words))
    while total >> 16:
        total = (total & _LARGEST) + (total >> 16)
    return ~total & _LARGEST
