"""One datagram to each of many hosts through one UDP socket, and their answers."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import time
from typing import TYPE_CHECKING

from hisops.core.net import Heard
from hisops.io.loop import READ, Loop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hisops.core.net import Question

# At most 20,000 packets a second leave, and what comes back fits the socket's buffer.
_MOST_AT_ONCE = 1000  # packets, then the others have their turn
_BURST = 100
_PAUSE_SECONDS = 0.005
_RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
_ERROR = struct.Struct("=I")  # the first field of sock_extended_err (linux/errqueue.h)
_SILENT = "no answer"


class Questions:
    """Questions of one address family; an answer is known by its sender and by `accept`."""

    def __init__(
        self, loop: Loop, questions: Sequence[Question], accept: Callable[[bytes, bytes], bool]
    ) -> None:
        self._loop = loop
        self._questions = questions
        self._accept = accept
        self._family = socket.AF_INET6 if ":" in questions[0].address else socket.AF_INET
        self._pending: dict[tuple[str, int], list[int]] = {}
        for at, question in enumerate(questions):
            self._pending.setdefault(self._place(question), []).append(at)
        self._starts = [0.0] * len(questions)
        self._heard = [Heard(b"", 0.0, _SILENT)] * len(questions)

    async def ask(self, timeout: float, tries: int) -> list[Heard]:
        """What became of each; those without an answer are asked again, `tries` times in all."""
        link = socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            link.setsockopt(*_RECVERR[self._family], 1)
            for _ in range(tries):
                with contextlib.suppress(TimeoutError):
                    await self._loop.within(timeout, self._exchange(link))
                if not self._pending:
                    break
        finally:
            self._loop.forget(link.fileno())
            link.close()
        return self._heard

    async def _exchange(self, link: socket.socket) -> None:
        waiting = [at for places in self._pending.values() for at in places]
        for begin in range(0, len(waiting), _BURST):
            if begin:
                await self._loop.sleep(_PAUSE_SECONDS)
                self._read(link)
            for at in waiting[begin : begin + _BURST]:
                self._send(link, at)
        while self._pending:
            await self._loop.ready(link.fileno(), READ)
            self._read(link)

    def _send(self, link: socket.socket, at: int) -> None:
        question = self._questions[at]
        self._starts[at] = time.monotonic()
        for last in (False, True):
            try:
                link.sendto(question.data, (question.address, question.port))
            except OSError as error:  # the first may be the trouble of another datagram
                if last:
                    self._finish(at, b"", error.strerror or _SILENT)
            else:
                return

    def _read(self, link: socket.socket) -> None:
        for _ in range(_MOST_AT_ONCE):
            try:
                data, sender = link.recvfrom(65536)
            except BlockingIOError:
                self._read_errors(link)
                return
            except OSError:
                continue  # an error of one datagram; the queue says of which
            for at in self._pending.get((sender[0], sender[1]), ()):
                if self._accept(self._questions[at].data, data):
                    self._finish(at, data, "")
                    break

    def _read_errors(self, link: socket.socket) -> None:
        """Closed ports and dead ways, told by ICMP: the kernel keeps them in a queue (ip(7))."""
        with contextlib.suppress(BlockingIOError):
            while True:
                _, extra, _, there = link.recvmsg(0, 512, socket.MSG_ERRQUEUE)
                (number,) = _ERROR.unpack_from(extra[0][2]) if extra else (errno.EHOSTUNREACH,)
                for at in list(self._pending.get((there[0], there[1]), ())):
                    self._finish(at, b"", os.strerror(number))

    def _finish(self, at: int, data: bytes, problem: str) -> None:
        key = self._place(self._questions[at])
        places = self._pending.get(key, [])
        if at in places:
            self._heard[at] = Heard(data, time.monotonic() - self._starts[at], problem)
            places.remove(at)
            if not places:
                del self._pending[key]

    def _place(self, question: Question) -> tuple[str, int]:
        """Address and port as the kernel writes those of a sender."""
        if self._family == socket.AF_INET:
            return question.address, question.port
        raw = socket.inet_pton(self._family, question.address)
        return socket.inet_ntop(self._family, raw), question.port
