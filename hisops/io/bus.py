"""Questions to services of this machine over D-Bus: one connection that is kept, with a deadline."""

from __future__ import annotations

import _socket
import _thread
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.machine import Call
from hisops.wire import dbus

if TYPE_CHECKING:
    from hisops.core.machine import Answer

_BLOCK = 1 << 16
_MOST_GREETING_BYTES = 4096
_MOST_WAITING = 64  # a bus may allow 128 calls without an answer (dbus-daemon(1), limits)
_HELLO = Call("/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")


class Bus:
    """A message bus; threads take turns."""

    def __init__(self, path: str, deadline_seconds: float = 5.0) -> None:
        self._path, self._deadline = path, deadline_seconds
        self._lock = _thread.allocate_lock()
        self._socket: _socket.socket | None = None
        self._serial = 0
        self._rest = b""

    def ask(self, service: str, calls: Sequence[Call]) -> list[Answer | None]:
        """Answers in the order of the calls, None where the service refused; raises OpsError."""
        with self._lock:
            end = time.monotonic() + self._deadline
            answers: list[Answer | None] = []
            try:
                if self._socket is None:
                    self._connect(end)
                for start in range(0, len(calls), _MOST_WAITING):
                    answers += self._exchange(service, calls[start : start + _MOST_WAITING], end)
            except (OSError, ValueError) as error:
                self.close()
                why = getattr(error, "strerror", None) or str(error) or "no answer in time"
                raise OpsError(f"D-Bus: {why}", code=_code(error)) from None
            return answers

    def close(self) -> None:
        """Hang up; the next question connects again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self, end: float) -> None:
        self._serial, self._rest = 0, b""
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
        self._limit(end)
        self._socket.connect(self._path)
        # The bus takes our user from the socket; the name is its number in hexadecimal.
        self._send(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n", end)
        while b"\r\n" not in self._rest:
            self._receive(end)
            if len(self._rest) > _MOST_GREETING_BYTES:
                raise ValueError("the greeting does not end")
        line, _, self._rest = self._rest.partition(b"\r\n")
        if not line.startswith(b"OK "):
            raise ValueError(f"refused: {line[:80].decode(errors='replace')}")
        self._send(b"BEGIN\r\n", end)
        self._exchange("org.freedesktop.DBus", [_HELLO], end)

    def _exchange(self, service: str, calls: Sequence[Call], end: float) -> list[Answer | None]:
        """Send all calls at once and wait for every answer; signals are passed over."""
        first = self._serial + 1
        self._serial += len(calls)
        numbered = enumerate(calls, start=first)
        self._send(b"".join(dbus.encode(call, number, service) for number, call in numbered), end)
        answers: dict[int, Answer | None] = {}
        while len(answers) < len(calls):
            reply = dbus.decode(self._message(end))
            if first <= reply.serial <= self._serial:
                answers[reply.serial] = None if reply.error else reply.values
        return [answers[number] for number in range(first, self._serial + 1)]

    def _message(self, end: float) -> bytes:
        while len(self._rest) < dbus.HEAD_BYTES:
            self._receive(end)
        size = dbus.size(self._rest[: dbus.HEAD_BYTES])
        parts, have = [self._rest], len(self._rest)
        while have < size:
            self._rest = b""
            self._receive(end)
            parts.append(self._rest)
            have += len(self._rest)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]

    def _send(self, data: bytes, end: float) -> None:
        assert self._socket is not None  # noqa: S101 - connected before
        self._limit(end)
        self._socket.sendall(data)

    def _receive(self, end: float) -> None:
        assert self._socket is not None  # noqa: S101 - connected before
        self._limit(end)
        data = self._socket.recv(_BLOCK)
        if not data:
            raise ValueError("the connection was closed")
        self._rest += data

    def _limit(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0 or self._socket is None:
            raise ValueError("no answer in time")
        self._socket.settimeout(left)


def _code(error: Exception) -> Exit:
    return Exit.MISSING if isinstance(error, FileNotFoundError) else Exit.FAILED
