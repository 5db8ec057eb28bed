"""A UDP socket that takes datagrams from everybody."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hisops.io.loop import Loop

_MOST_AT_ONCE = 100  # then others have their turn
_MOST_BYTES = 65535


class Receiver:
    """Hands each datagram, with its sender's address, to `take`; sends back what that returns."""

    def __init__(self, loop: Loop, listen: str, take: Callable[[bytes, str], bytes]) -> None:
        """Raises OpsError when the address cannot be had."""
        host, _, port = listen.rpartition(":")
        host = host.strip("[]")
        six = ipaddress.ip_address(host).version == 6  # noqa: PLR2004 - IP version
        self._take = take
        self._loop = loop
        family = socket.AF_INET6 if six else socket.AF_INET
        self._link = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._link.bind((host, int(port)))
        except OSError as error:
            self._link.close()
            fix = "choose another address; a port below 1024 needs CAP_NET_BIND_SERVICE"
            raise OpsError(f"{listen}: {error.strerror}", fix=fix) from None
        loop.watch(self._link.fileno(), self._receive)

    @property
    def port(self) -> int:
        """The port, also when the kernel chose it."""
        port: int = self._link.getsockname()[1]
        return port

    def close(self) -> None:
        """Stop to listen."""
        self._loop.unwatch(self._link.fileno())
        self._link.close()

    def _receive(self) -> None:
        for _ in range(_MOST_AT_ONCE):
            try:
                data, (address, *rest) = self._link.recvfrom(_MOST_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            answer = self._take(data, address)
            if answer:
                with contextlib.suppress(OSError):
                    self._link.sendto(answer, (address, *rest))
