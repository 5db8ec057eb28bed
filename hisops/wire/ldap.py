"""LDAP as far as a probe needs it: bind, one search, STARTTLS (RFC 4511)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.wire.snmp.ber import element, integer, number, tlv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.net import Stream

BASE, ONE, SUBTREE = 0, 1, 2
SIZE_LIMIT = 4
_BIND, _BOUND, _SEARCH, _ENTRY, _DONE, _REFERENCE = 0x60, 0x61, 0x63, 0x64, 0x65, 0x73
_EXTENDED, _EXTENDED_DONE = 0x77, 0x78
_SEQUENCE, _SET, _OCTETS, _ENUM, _BOOL, _PRESENT = 0x30, 0x31, 0x04, 0x0A, 0x01, 0x87
_PASSWORD, _REQUEST_NAME = 0x80, 0x80
_STARTTLS = b"1.3.6.1.4.1.1466.20037"
_LARGEST = 1_000_000
_MOST_ENTRIES = 1000
_CODES = {
    0: "success",
    1: "operationsError",
    2: "protocolError",
    3: "timeLimitExceeded",
    4: "sizeLimitExceeded",
    8: "strongerAuthRequired",
    10: "referral",
    13: "confidentialityRequired",
    32: "noSuchObject",
    48: "inappropriateAuthentication",
    49: "invalidCredentials",
    50: "insufficientAccessRights",
    51: "busy",
    52: "unavailable",
    53: "unwillingToPerform",
}


class Result(NamedTuple):
    """What the server says at the end of an operation."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the operation was done."""
        return self.code == 0

    @property
    def cause(self) -> str:
        """The code's name and the server's words."""
        name = _CODES.get(self.code, f"result {self.code}")
        return f"{name}: {self.text[:120]}" if self.text else name


class Entry(NamedTuple):
    """An entry of a search: its name and its attributes as text, names in lower case."""

    name: str
    attributes: dict[str, tuple[str, ...]]


async def start_tls(stream: Stream) -> Result:
    """Ask to turn to TLS; when done, the handshake comes next (RFC 4511, 4.14)."""
    name = tlv(_REQUEST_NAME, _STARTTLS)
    await stream.send(_message(1, tlv(_EXTENDED, name)))
    return _result(await _operation(stream, 1), _EXTENDED_DONE)


async def bind(stream: Stream, user: str = "", password: str = "") -> Result:
    """Name ourselves; empty is anonymous."""
    simple = tlv(_PASSWORD, password.encode())
    body = integer(3) + tlv(_OCTETS, user.encode()) + simple
    await stream.send(_message(2, tlv(_BIND, body)))
    return _result(await _operation(stream, 2), _BOUND)


async def search(
    stream: Stream, base: str, scope: int, attribute: str, wanted: Iterable[str], most: int
) -> tuple[list[Entry], Result]:
    """Entries that have an attribute, with the wanted ones of their attributes."""
    names = b"".join(tlv(_OCTETS, name.encode()) for name in wanted)
    body = tlv(_OCTETS, base.encode()) + integer(scope, _ENUM) + integer(0, _ENUM)
    body += integer(min(most, _MOST_ENTRIES)) + integer(10) + tlv(_BOOL, b"\0")
    body += tlv(_PRESENT, attribute.encode()) + tlv(_SEQUENCE, names)
    await stream.send(_message(3, tlv(_SEARCH, body)))
    entries: list[Entry] = []
    while True:
        raw = await _operation(stream, 3)
        if raw[0] == _ENTRY:
            entries.append(_entry(raw))
        elif raw[0] != _REFERENCE:
            return entries, _result(raw, _DONE)
        if len(entries) > _MOST_ENTRIES:
            raise ValueError(f"more than {_MOST_ENTRIES} entries")


def _message(id: int, operation: bytes) -> bytes:
    return tlv(_SEQUENCE, integer(id) + operation)


async def _operation(stream: Stream, id: int) -> bytes:
    """The operation inside the next message; raises ValueError when it answers something else."""
    head = await stream.exactly(2)
    if head[0] != _SEQUENCE:
        raise ValueError("the answer is not LDAP")
    size, more = head[1], b""
    if size >= 0x80:  # noqa: PLR2004 - the long form of X.690, 8.1.3
        more = await stream.exactly(size & 0x7F)
        size = int.from_bytes(more, "big")
    if size > _LARGEST:
        raise ValueError(f"an LDAP message of {size} bytes")
    data = await stream.exactly(size)
    tag, begin, end = element(data, 0)
    answered = number(tag, data[begin:end])
    if answered != id:
        raise ValueError(f"an answer to message {answered} instead of {id}")
    if end == len(data):
        raise ValueError("an LDAP message without an operation")
    return data[end:]


def _result(raw: bytes, expected: int) -> Result:
    tag, at, _ = element(raw, 0)
    if tag != expected:
        raise ValueError(f"LDAP operation 0x{tag:02x} where 0x{expected:02x} belongs")
    tag, begin, at = element(raw, at)
    code = number(tag, raw[begin:at])
    _, _, at = element(raw, at)
    _, begin, end = element(raw, at)
    return Result(code, raw[begin:end].decode(errors="replace"))


def _entry(raw: bytes) -> Entry:
    _, at, _ = element(raw, 0)
    _, begin, at = element(raw, at)
    name = raw[begin:at].decode(errors="replace")
    attributes = {}
    _, at, end = element(raw, at)
    while at < end:
        _, inner, at = element(raw, at)
        _, begin, inner = element(raw, inner)
        key = raw[begin:inner].decode(errors="replace").lower()
        _, place, last = element(raw, inner)
        values = []
        while place < last:
            _, begin, place = element(raw, place)
            values.append(raw[begin:place].decode(errors="replace"))
        attributes[key] = tuple(values)
    return Entry(name, attributes)
