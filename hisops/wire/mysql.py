"""The protocol of MySQL and MariaDB, as much as one needs to log in and ask.

After dev.mysql.com/doc/dev/mysql-server (client/server protocol): text results, one statement each.
Every packet and the sum of all are bounded; a server's wish for a local file is refused.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.net import MOST_BYTES
from hisops.wire import mysql_login
from hisops.wire.mysql_login import TLS, Greeting, Login
from hisops.wire.table import MOST_MESSAGE_BYTES, MOST_ROWS, Declined, Table, printable

if TYPE_CHECKING:
    from hisops.core.net import Stream

_QUIT, _QUERY = b"\x01", b"\x03"
_OK, _MORE, _LOCAL_FILE, _EOF, _ERROR = 0x00, 0x01, 0xFB, 0xFE, 0xFF
_NULL, _MOST_EOF = 0xFB, 9
_FAST_DONE, _FULL = b"\x03", b"\x04"
_FROM_TWO_BYTES, _MOST_COLUMNS = 0xFC, 200


class Field(NamedTuple):
    """A value with its length before it, and where the next one begins; None is SQL's NULL."""

    value: bytes | None
    end: int


class Session:
    """A connection; `number` is the sequence of the packet that comes or goes next."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._seen = 0
        self._number = 0
        self.greeting = Greeting("", b"", 0, "")

    @property
    def server(self) -> str:
        """`mariadb` or `mysql`."""
        return "mariadb" if "mariadb" in self.greeting.version.lower() else "mysql"

    @property
    def version(self) -> int:
        """As `major * 10000 + minor * 100 + patch`: 101104 for 10.11.4, 80036 for 8.0.36."""
        return version_number(self.greeting.version)

    async def query(self, sql: str, most_rows: int = MOST_ROWS) -> Table:
        """The answer to one statement; raises Declined with the server's words."""
        self._number = 0
        await self.send(_QUERY + sql.encode())
        head = await self.receive()
        if head[0] == _OK:
            return Table([], [])
        if head[0] == _LOCAL_FILE:
            raise ValueError("the server asks for a local file")
        count = head[0]
        if not 0 < count <= _MOST_COLUMNS or len(head) != 1:
            raise ValueError(f"an answer of {count} columns")
        columns = [_name(await self.receive()) for _ in range(count)]
        if not _is_end(await self.receive()):
            raise ValueError("more columns than were promised")
        return await self._rows(columns, most_rows)

    async def _rows(self, columns: list[str], most_rows: int) -> Table:
        rows: list[list[object]] = []
        is_cut = False
        while not _is_end(packet := await self.receive()):
            if len(rows) < most_rows:
                rows.append(_row(packet, len(columns)))
            else:
                is_cut = True
        return Table(columns, rows, is_cut)

    async def end(self) -> None:
        """Take leave, so that the server counts no aborted client."""
        self._number = 0
        await self.send(_QUIT)

    async def send(self, body: bytes) -> None:
        """Send one packet."""
        head = struct.pack("<I", len(body))[:3] + bytes((self._number,))
        self._number = (self._number + 1) % 256
        await self.stream.send(head + body)

    async def receive(self) -> bytes:
        """The next packet; raises Declined for an error, ValueError for what is no packet."""
        head = await self.stream.exactly(4)
        length = int.from_bytes(head[:3], "little")
        self._seen += length
        if head[3] != self._number or not 0 < length <= MOST_MESSAGE_BYTES:
            raise ValueError(f"a packet of {length} bytes with number {head[3]}")
        if self._seen > MOST_BYTES:
            raise ValueError(f"{self._seen} bytes in all")
        self._number = (self._number + 1) % 256
        body = await self.stream.exactly(length)
        if body[0] == _ERROR:
            raise declined(body)
        return body


async def greet(stream: Stream) -> Session:
    """A session that has heard who the server is; raises Declined when it takes nobody."""
    session = Session(stream)
    session.greeting = mysql_login.greeting(await session.receive())
    return session


async def ask_for_tls(session: Session, login: Login) -> None:
    """Say that TLS is to begin; raises Declined when the server offers none."""
    if not session.greeting.abilities & TLS:
        raise Declined("the server does not offer TLS", fix="set ssl_cert and ssl_key there")
    await session.send(mysql_login.tls_request(login))


async def log_in(session: Session, login: Login) -> None:
    """Log in; raises Declined when the server does not let us."""
    await session.send(mysql_login.answer(session.greeting, login))
    await _authenticate(session, session.greeting, login)


async def _authenticate(session: Session, greeting: Greeting, login: Login) -> None:
    for _ in range(8):  # a switch, a fast and a full way are five; more is a game
        packet = await session.receive()
        if packet[0] == _OK:
            return
        if packet[0] == _EOF:
            plugin, _, salt = packet[1:].partition(b"\0")
            greeting = greeting._replace(plugin=plugin.decode(), salt=salt.rstrip(b"\0"))
            await session.send(mysql_login.proof(greeting, login))
        elif packet[0] == _MORE and packet[1:] == _FULL:
            await session.send(mysql_login.clear(login))
        elif packet[0] != _MORE or packet[1:] != _FAST_DONE:
            raise ValueError(f"message {packet[0]} during log-in")
    raise ValueError("the log-in does not end")


def version_number(banner: str) -> int:
    """`10.11.4-MariaDB` → 101104; MariaDB's disguise `5.5.5-` for old replicas is taken off."""
    text = banner.removeprefix("5.5.5-") if "mariadb" in banner.lower() else banner
    parts = [int(part[:6]) for part in text.partition("-")[0].split(".") if part.isdecimal()]
    major, minor, patch = (*parts, 0, 0, 0)[:3]
    return major * 10000 + minor * 100 + patch


def declined(body: bytes) -> Declined:
    """An error packet as an error with the server's message, its number and SQLSTATE."""
    number = int.from_bytes(body[1:3], "little")
    text, state = body[3:], ""
    if text[:1] == b"#":
        state, text = printable(text[1:6]), text[6:]
    return Declined(f"{printable(text)} ({number})", state=state)


def _is_end(packet: bytes) -> bool:
    return packet[0] == _EOF and len(packet) < _MOST_EOF


def _field(packet: bytes, at: int) -> Field:
    if at >= len(packet):
        raise ValueError("a packet that ends within a value")
    first = packet[at]
    if first == _NULL:
        return Field(None, at + 1)
    if first < _NULL:
        start, length = at + 1, first
    else:
        size = {_FROM_TWO_BYTES: 2, _FROM_TWO_BYTES + 1: 3}.get(first, 8)
        start = at + 1 + size
        length = int.from_bytes(packet[at + 1 : start], "little")
    if start + length > len(packet):
        raise ValueError("a value that is longer than its packet")
    return Field(packet[start : start + length], start + length)


def _name(packet: bytes) -> str:
    """The column's name: the fifth of catalogue, schema, table, table's own name, name."""
    field = Field(None, 0)
    for _ in range(5):
        field = _field(packet, field.end)
    return (field.value or b"").decode(errors="replace")


def _row(packet: bytes, count: int) -> list[object]:
    row: list[object] = []
    at = 0
    for _ in range(count):
        value, at = _field(packet, at)
        row.append(None if value is None else value.decode(errors="replace"))
    return row
