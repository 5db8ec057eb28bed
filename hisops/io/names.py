"""Host names to addresses, remembered for a while; who asks for the same name waits together."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.io.task import Signal
from hisops.io.threads import Threads

if TYPE_CHECKING:
    from hisops.io.loop import Loop

_MOST_AT_ONCE = 32
_PATIENCE_SECONDS = 5.0
_FRESH_SECONDS = 30.0


class Names:
    """Asks the system's resolver, which blocks, on threads of its own."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._threads = Threads(loop, _MOST_AT_ONCE)
        self._known: dict[str, tuple[float, str]] = {}
        self._asked: dict[str, list[Signal[str]]] = {}

    async def resolve(self, host: str) -> str:
        """The address; raises OpsError UNREACHABLE."""
        plain = normal(host)
        if plain:
            return plain
        fresh_at, address = self._known.get(host, (0.0, ""))
        if address and time.monotonic() - fresh_at < _FRESH_SECONDS:
            return address
        if host in self._asked:
            signal: Signal[str] = Signal()
            self._asked[host].append(signal)
            return await self._loop.wait(signal)
        return await self._ask(host)

    async def _ask(self, host: str) -> str:
        others = self._asked[host] = []
        try:
            found = await self._threads.run(lambda: _look_up(host), timeout=_PATIENCE_SECONDS)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            fix = "correct the name, or give the address (ansible_host)"
            told = OpsError(f"{host}: {why}", fix=fix, code=Exit.UNREACHABLE)
            self._tell(others, None, told)
            raise told from None
        else:
            self._known[host] = (time.monotonic(), found)
            self._tell(others, found, None)
            return found
        finally:
            del self._asked[host]
            self._tell(others, None, TimeoutError(f"{host}: who asked for it was ended"))

    def _tell(self, others: list[Signal[str]], found: str | None, error: Exception | None) -> None:
        for signal in others:
            self._loop.give(signal, found, error)


def normal(host: str) -> str:
    """An address in its one spelling, as the kernel writes senders; empty for a name."""
    plain, percent, zone = host.partition("%")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    try:
        return socket.inet_ntop(family, socket.inet_pton(family, plain)) + percent + zone
    except (OSError, ValueError):
        return ""


def _look_up(host: str) -> str:
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
