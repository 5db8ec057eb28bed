"""PostgreSQL's protocol 3.0, as much as one needs to log in and ask (postgresql.org/docs, protocol).

Queries go through the extended protocol: one statement each, and the server itself stops after the
rows that were asked for. Every message and the sum of all are bounded.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.net import MOST_BYTES
from hisops.wire.scram import Scram
from hisops.wire.table import MOST_MESSAGE_BYTES, MOST_ROWS, Declined, Table, printable

if TYPE_CHECKING:
    from hisops.core.net import Stream

_PROTOCOL, _TLS_CODE = 196608, 80877103
_BOOLEAN = 16  # pg_type.oid
_OK, _CLEARTEXT, _MD5, _SASL, _SASL_CONTINUE, _SASL_FINAL = 0, 3, 5, 10, 11, 12


class Login(NamedTuple):
    """Who asks, and whether nobody can listen on the connection."""

    user: str
    password: str = ""
    database: str = "postgres"
    is_private: bool = False


class Session:
    """A connection that is logged in."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._seen = 0
        self.parameters: dict[str, str] = {}

    @property
    def version(self) -> int:
        """As server_version_num has it: 150014 for 15.14, 90624 for 9.6.24."""
        return version_number(self.parameters.get("server_version", ""))

    async def query(self, sql: str, most_rows: int = MOST_ROWS) -> Table:
        """The answer to one statement; raises Declined with the server's words."""
        await self._stream.send(
            _message(b"P", b"\0" + sql.encode() + b"\0\0\0")
            + _message(b"B", bytes(8))
            + _message(b"D", b"P\0")
            + _message(b"E", b"\0" + struct.pack("!i", most_rows))
            + _message(b"S", b"")
        )
        return await self._answer()

    async def end(self) -> None:
        """Take leave, so that the server notes no lost client."""
        await self._stream.send(_message(b"X", b""))

    async def _answer(self) -> Table:
        columns: list[tuple[str, int]] = []
        rows: list[list[object]] = []
        is_cut, trouble = False, None
        while True:
            kind, body = await self.next()
            if kind == b"T":
                columns = _columns(body)
            elif kind == b"D":
                rows.append(_row(body, columns))
            elif kind == b"s":
                is_cut = True
            elif kind == b"E":
                trouble = declined(body)
            elif kind == b"Z":
                break
        if trouble is not None:
            raise trouble
        return Table([name for name, _ in columns], rows, is_cut)

    async def next(self) -> tuple[bytes, bytes]:
        """The next message that is no aside; raises ValueError for one that is too large."""
        while True:
            kind, length = struct.unpack("!ci", await self._stream.exactly(5))
            self._seen += length
            if not 4 <= length <= MOST_MESSAGE_BYTES or self._seen > MOST_BYTES:  # noqa: PLR2004
                raise ValueError(f"a message of {length} bytes, {self._seen} in all")
            body = await self._stream.exactly(length - 4) if length > 4 else b""  # noqa: PLR2004
            if kind == b"S":
                name, _, value = body.partition(b"\0")
                self.parameters[name.decode()] = printable(value)
            elif kind not in b"NA":
                return kind, body


async def ask_for_tls(stream: Stream) -> None:
    """Say that TLS is to begin; raises Declined when the server offers none."""
    await stream.send(struct.pack("!ii", 8, _TLS_CODE))
    if await stream.exactly(1) != b"S":
        raise Declined("the server does not offer TLS", fix="set ssl = on in postgresql.conf")


async def open_session(stream: Stream, login: Login) -> Session:
    """Log in on a fresh connection; raises Declined when the server does not let us."""
    words = f"user\0{login.user}\0database\0{login.database}\0application_name\0hisops\0"
    body = struct.pack("!i", _PROTOCOL) + f"{words}client_encoding\0UTF8\0\0".encode()
    await stream.send(struct.pack("!i", len(body) + 4) + body)
    session = Session(stream)
    await _authenticate(session, stream, login)
    while True:
        kind, body = await session.next()
        if kind == b"E":
            raise declined(body)
        if kind == b"Z":
            return session


async def _authenticate(session: Session, stream: Stream, login: Login) -> None:
    scram = Scram("", login.password)  # PostgreSQL takes the name of the start-up message
    is_proven = True
    while True:
        kind, body = await session.next()
        if kind == b"E":
            raise declined(body)
        if kind != b"R":
            raise ValueError(f"no PostgreSQL: message {kind!r} during log-in")
        way = _number("!i", body, 0)
        if way == _OK:
            if not is_proven:
                raise ValueError("the server ended the log-in before it proved itself")
            return
        if way == _SASL_FINAL:
            scram.verify(body[4:])
            is_proven = True
            continue
        is_proven = way not in (_SASL, _SASL_CONTINUE)
        await stream.send(_message(b"p", _credential(way, body[4:], login, scram)))


def _credential(way: int, data: bytes, login: Login, scram: Scram) -> bytes:
    if way == _SASL:
        if b"SCRAM-SHA-256" not in data.split(b"\0"):
            raise Declined("the server offers no log-in by SCRAM-SHA-256")
        first = scram.first()
        return b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first
    if way == _SASL_CONTINUE:
        return scram.final(data)
    if way == _MD5:
        inner = hashlib.md5((login.password + login.user).encode()).hexdigest()  # noqa: S324 - theirs
        return b"md5" + hashlib.md5(inner.encode() + data).hexdigest().encode() + b"\0"  # noqa: S324
    if way == _CLEARTEXT and login.is_private:
        return login.password.encode() + b"\0"
    if way == _CLEARTEXT:
        cause = "the server wants the password in clear on a connection without TLS"
        raise Declined(cause, fix="set tls in the module, or scram-sha-256 in pg_hba.conf")
    raise Declined(f"the server wants a way of log-in that is not supported ({way})")


def version_number(text: str) -> int:
    """`15.14 (Debian 15.14-0)` → 150014, as PostgreSQL counts; 0 for none."""
    parts = [int(part) for part in text.partition(" ")[0].split(".") if part.isdecimal()]
    major, minor, patch = (*parts, 0, 0, 0)[:3]
    return major * 10000 + minor if major >= 10 else major * 10000 + minor * 100 + patch  # noqa: PLR2004


def declined(body: bytes) -> Declined:
    """ErrorResponse as an error with the server's message and SQLSTATE."""
    fields = {part[:1]: part[1:] for part in body.split(b"\0") if part}
    return Declined(
        printable(fields.get(b"M", b"no reason given")), state=printable(fields.get(b"C", b""))
    )


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _columns(body: bytes) -> list[tuple[str, int]]:
    at, found = 2, []
    for _ in range(_number("!h", body, 0)):
        end = body.index(b"\0", at)
        kind = _number("!i", body, end + 7)
        found.append((body[at:end].decode(errors="replace"), kind))
        at = end + 19
    return found


def _row(body: bytes, columns: list[tuple[str, int]]) -> list[object]:
    count, at = _number("!h", body, 0), 2
    if count != len(columns):
        raise ValueError(f"a row of {count} cells under {len(columns)} columns")
    row: list[object] = []
    for _, kind in columns:
        length = _number("!i", body, at)
        at += 4
        if length < 0:
            row.append(None)
            continue
        cell = body[at : at + length].decode(errors="replace")
        row.append(cell == "t" if kind == _BOOLEAN else cell)
        at += length
    return row


def _number(form: str, body: bytes, at: int) -> int:
    if at + struct.calcsize(form) > len(body):
        raise ValueError("a message that ends within a number")
    value: int = struct.unpack_from(form, body, at)[0]
    return value
