"""One thread, many connections: an HTTP server on epoll(7) where nobody can make others wait."""

from __future__ import annotations

import _socket
import errno
import os
import select
import time
from typing import TYPE_CHECKING

from hisops.agent import http
from hisops.agent.channel import Plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from hisops.agent.auth import Gate
    from hisops.agent.channel import Channel

MOST_CONNECTIONS = 256
MOST_HANDSHAKES = 64
HEAD_SECONDS = 5.0
IDLE_SECONDS = 120.0
SEND_SECONDS = 30.0
ANSWER_SECONDS = 150.0  # as long as an answer may take that comes later
_BLOCK = 1 << 14
_FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_ASK_PASSWORD = 'WWW-Authenticate: Basic realm="hisops", charset="UTF-8"\r\n'  # noqa: S105 - a header


class Connection:
    """A client: what it sent, what it is still to get, and until when it has to move."""

    __slots__ = ("channel", "checking", "closing", "deadline", "inbox", "out", "sent", "socket")

    def __init__(self, socket: _socket.socket, channel: Channel, deadline: float) -> None:
        self.socket = socket
        self.channel = channel
        self.deadline = deadline
        self.inbox = b""
        self.out = b""
        self.sent = 0
        self.checking = False
        self.closing = False


class Server:
    """Answers requests one after the other; slow readers and half requests only wait for themselves."""

    def __init__(
        self,
        listener: _socket.socket,
        serve: Callable[[http.Request], http.Answer | http.Later],
    ) -> None:
        self.make_channel: Callable[[], Channel] = Plain
        self.gate: Gate | None = None
        self._listener = listener
        self._serve = serve
        self._connections: dict[int, Connection] = {}
        self._waiting: list[Connection] = []
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._running = True
        self._poll = select.epoll()
        listener.setblocking(False)
        self._poll.register(listener.fileno(), select.EPOLLIN)
        self._poll.register(self._bell, select.EPOLLIN)

    def run(self) -> None:
        """Serve until `stop`."""
        while self._running:
            self.turn(self._patience())
        for connection in list(self._connections.values()):
            self._close(connection)

    def fileno(self) -> int:
        """The descriptor that can be read when there is something to do, for another loop."""
        return self._poll.fileno()

    @property
    def is_busy(self) -> bool:
        """Whether there is more to do at once, without waiting for the descriptor."""
        return bool(self._waiting)

    def turn(self, patience: float) -> None:
        """Wait so many seconds at most, and do what is to be done."""
        waiting, self._waiting = self._waiting, []
        for handle, events in self._poll.poll(0 if waiting else patience):
            if handle == self._listener.fileno():
                self._accept()
            elif handle == self._bell:
                os.eventfd_read(self._bell)
                if self.gate:
                    self.gate.collect()
            elif handle in self._connections:
                self._handle(self._connections[handle], events)
        for connection in waiting:
            self._handle(connection, 0)
        self._sweep()

    def stop(self) -> None:
        """End `run`; may be called from a signal handler."""
        self._running = False
        self.wake()

    def wake(self) -> None:
        """Make the loop look around; may be called from another thread."""
        os.eventfd_write(self._bell, 1)

    def _patience(self) -> float:
        """Seconds until the next deadline; forever without connections."""
        if not self._connections:
            return -1
        nearest = min(connection.deadline for connection in self._connections.values())
        return max(0.0, nearest - time.monotonic())

    def _sweep(self) -> None:
        now = time.monotonic()
        for connection in [c for c in self._connections.values() if c.deadline <= now]:
            self._close(connection)

    def _accept(self) -> None:
        try:
            handle, _address = self._listener._accept()  # type: ignore[attr-defined]  # what socket.accept calls
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno in _FULL:  # the connection that is nearest to its end makes room
                self._evict(list(self._connections.values()))
            return
        socket = _socket.socket(fileno=handle)
        socket.setblocking(False)
        socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._make_room()
        channel = self.make_channel()
        limit = IDLE_SECONDS if channel.ready else HEAD_SECONDS
        self._connections[handle] = Connection(socket, channel, time.monotonic() + limit)
        self._poll.register(handle, select.EPOLLIN)

    def _make_room(self) -> None:
        everybody = list(self._connections.values())
        greeting = [c for c in everybody if not c.channel.ready]
        if len(greeting) >= MOST_HANDSHAKES:
            self._evict(greeting)
        elif len(everybody) >= MOST_CONNECTIONS:
            self._evict([c for c in everybody if not c.out and not c.checking] or everybody)

    def _evict(self, candidates: list[Connection]) -> None:
        if candidates:
            self._close(min(candidates, key=lambda connection: connection.deadline))

    def _handle(self, connection: Connection, events: int) -> None:
        if connection.socket.fileno() < 0:  # closed in this turn
            return
        try:
            if events & (select.EPOLLERR | select.EPOLLHUP):
                self._close(connection)
            elif events & select.EPOLLOUT:
                self._flush(connection)
            elif events & select.EPOLLIN and len(connection.inbox) <= http.HEAD_LIMIT:
                self._receive(connection)
            else:
                self._answer(connection)
        except OSError:  # the client went away, or spoke no TLS
            self._close(connection)

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(_BLOCK)
        except BlockingIOError:
            return
        if not data:
            self._close(connection)
            return
        was_ready, was_empty = connection.channel.ready, not connection.inbox
        try:
            connection.inbox += connection.channel.receive(data)
        finally:  # the reason why a handshake failed is for the client to read
            self._push(connection)
        now = time.monotonic()
        if connection.inbox and was_empty:
            connection.deadline = now + HEAD_SECONDS
        elif connection.channel.ready and not was_ready:
            connection.deadline = now + IDLE_SECONDS
        self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        """Answer one request when it is complete and nothing else is on its way.

        A client that sends many at once gets one answer in each turn, like everybody.
        """
        if connection.out or connection.checking or connection.closing:
            return
        head, end, rest = connection.inbox.partition(b"\r\n\r\n")
        if len(head) > http.HEAD_LIMIT:
            self._send(connection, http.plain(431), None)
        elif end:
            connection.inbox = rest
            try:
                self._admit(connection, http.parse(head))
            except http.BadRequestError as error:
                self._send(connection, http.plain(error.status), None)

    def _admit(self, connection: Connection, request: http.Request) -> None:
        if self.gate is None:
            self._reply(connection, self._serve(request), request)
            return

        def done(status: int) -> None:
            if connection.checking:
                connection.checking = False
                extra = _ASK_PASSWORD if status == 401 else ""  # noqa: PLR2004 - HTTP
                if status == 200:  # noqa: PLR2004 - HTTP
                    self._resume(connection, self._serve(request), request)
                else:
                    self._resume(connection, http.plain(status, extra), request)

        connection.checking = True
        connection.deadline = time.monotonic() + SEND_SECONDS
        self.gate.admit(request.headers.get("authorization", ""), done)
        if connection.checking:
            self._poll.modify(connection.socket.fileno(), 0)

    def _reply(
        self, connection: Connection, answer: http.Answer | http.Later, request: http.Request
    ) -> None:
        """Send the answer, now or when it is there; the client is not heard meanwhile."""
        if isinstance(answer, http.Answer):
            self._send(connection, answer, request)
            return
        connection.checking = True
        connection.deadline = time.monotonic() + ANSWER_SECONDS
        self._poll.modify(connection.socket.fileno(), 0)

        def send(given: http.Answer) -> None:
            if connection.checking:
                connection.checking = False
                self._resume(connection, given, request)

        answer.then(send)

    def _resume(
        self, connection: Connection, answer: http.Answer | http.Later, request: http.Request
    ) -> None:
        """Send an answer that had to wait; the client may be gone by now."""
        try:
            self._poll.modify(connection.socket.fileno(), select.EPOLLIN)
            self._reply(connection, answer, request)
        except OSError:
            self._close(connection)

    def _send(
        self, connection: Connection, answer: http.Answer, request: http.Request | None
    ) -> None:
        connection.closing = not (request and request.keep_alive)
        connection.channel.send(http.render(answer, request))
        if connection.closing:
            connection.channel.close()
        connection.deadline = time.monotonic() + SEND_SECONDS
        self._push(connection)

    def _push(self, connection: Connection) -> None:
        """Send what the channel has ready."""
        connection.out = connection.out[connection.sent :] + connection.channel.pending()
        connection.sent = 0
        self._flush(connection)

    def _flush(self, connection: Connection) -> None:
        while connection.sent < len(connection.out):
            try:
                rest = memoryview(connection.out)[connection.sent :]
                connection.sent += connection.socket.send(rest)
            except BlockingIOError:
                self._poll.modify(connection.socket.fileno(), select.EPOLLOUT)
                return
        if connection.out:
            self._rest(connection)

    def _rest(self, connection: Connection) -> None:
        """Everything was sent: end the connection, or wait for the next request."""
        connection.out, connection.sent = b"", 0
        if connection.closing:
            self._close(connection)
            return
        if connection.inbox:
            self._waiting.append(connection)
        if connection.channel.ready:
            limit = HEAD_SECONDS if connection.inbox else IDLE_SECONDS
            connection.deadline = time.monotonic() + limit
        self._poll.modify(connection.socket.fileno(), select.EPOLLIN)

    def _close(self, connection: Connection) -> None:
        if self._connections.pop(connection.socket.fileno(), None):
            connection.checking = False
            connection.socket.close()
