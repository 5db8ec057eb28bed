"""Turning a plain connection to TLS in the words of its protocol."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.wire import ldap, line_reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hisops.core.net import Stream

_NAME = "hisops"
_READY, _OK = 220, 250
_LONGEST_LINE = 8192
_MOST_LINES = 100


class StartTls(Enum):
    """Protocols that begin plain."""

    NONE = "none"
    SMTP = "smtp"
    LDAP = "ldap"
    POSTGRES = "postgres"
    IMAP = "imap"
    POP3 = "pop3"
    FTP = "ftp"


async def ask(stream: Stream, protocol: StartTls) -> None:
    """Agree on TLS; raises OpsError where the peer will not."""
    await _DIALOGUES[protocol](stream)


async def _none(_stream: Stream) -> None:
    return


async def _smtp(stream: Stream) -> None:
    _expect(await line_reply.receive(stream), _READY)
    _expect(await line_reply.command(stream, f"EHLO {_NAME}"), _OK)
    _expect(await line_reply.command(stream, "STARTTLS"), _READY)


async def _ftp(stream: Stream) -> None:
    _expect(await line_reply.receive(stream), _READY)
    _expect(await line_reply.command(stream, "AUTH TLS"), 234)


async def _ldap(stream: Stream) -> None:
    result = await ldap.start_tls(stream)
    if not result.is_good:
        raise _refused(result.cause)


async def _postgres(stream: Stream) -> None:
    # SSLRequest (PostgreSQL manual, 55.7): length 8, code 80877103; the answer is S or N.
    await stream.send(bytes((0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F)))
    answer = await stream.exactly(1)
    if answer != b"S":
        raise _refused("the server has no TLS" if answer == b"N" else f"{answer!r}")


async def _imap(stream: Stream) -> None:
    greeting = await stream.until(b"\n", _LONGEST_LINE)
    if not greeting.startswith(b"* OK"):
        raise _refused(greeting.decode(errors="replace").strip()[:120])
    await stream.send(b"a STARTTLS\r\n")
    for _ in range(_MOST_LINES):
        line = await stream.until(b"\n", _LONGEST_LINE)
        if line.startswith(b"a "):
            if line[2:4].upper() != b"OK":
                raise _refused(line.decode(errors="replace").strip()[:120])
            return
    raise ValueError("no end of the answer to STARTTLS")


async def _pop3(stream: Stream) -> None:
    for send in (b"", b"STLS\r\n"):
        if send:
            await stream.send(send)
        line = await stream.until(b"\n", _LONGEST_LINE)
        if not line.startswith(b"+OK"):
            raise _refused(line.decode(errors="replace").strip()[:120])


def _expect(reply: line_reply.LineReply, code: int) -> None:
    if reply.code != code:
        raise _refused(reply.text)


def _refused(words: str) -> OpsError:
    return OpsError(f"no STARTTLS: {words}", code=Exit.UNREACHABLE)


_DIALOGUES: dict[StartTls, Callable[[Stream], Awaitable[None]]] = {
    StartTls.NONE: _none,
    StartTls.SMTP: _smtp,
    StartTls.LDAP: _ldap,
    StartTls.POSTGRES: _postgres,
    StartTls.IMAP: _imap,
    StartTls.POP3: _pop3,
    StartTls.FTP: _ftp,
}
