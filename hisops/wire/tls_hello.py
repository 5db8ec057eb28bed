"""Which old TLS versions and weak ciphers a server still takes, asked by a ClientHello of our own.

The local OpenSSL no longer has what is looked for (SSL 3, RC4, 3DES, export), and needs none of it:
the server's first answer tells (RFC 5246, 7.4.1; RFC 8446, 4.1.3). The handshake is not finished.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hisops.core.net import Stream

_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO = 2
_LARGEST_RECORD = 16384
_OLD = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302}
OLD_VERSIONS = tuple(_OLD)
_TLS12 = 0x0303

# Suites by what is wrong with them (iana.org/assignments/tls-parameters, RFC 7465, 7525, 9325).
WEAK_SUITES: dict[str, tuple[int, ...]] = {
    "RC4": (0x0004, 0x0005, 0xC007, 0xC011, 0x0018, 0x0020, 0x0024),
    "3DES": (0x000A, 0x0016, 0x0013, 0xC008, 0xC012, 0xC003, 0xC00D),
    "NULL": (0x0001, 0x0002, 0x003B, 0xC006, 0xC010, 0xC015),
    "EXPORT": (0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019),
    "anonymous": (0x001B, 0x0034, 0x003A, 0x006C, 0x006D, 0x00A6, 0x00A7, 0xC018, 0xC019),
}
_STRONGER = (0xC009, 0xC00A, 0xC013, 0xC014, 0x002F, 0x0035, 0x0033, 0x0039, 0x0032, 0x0038)
_USUAL = (*_STRONGER, 0xC008, 0xC012, 0x000A, 0x0016, 0x0005, 0x0004)


class Hello(NamedTuple):
    """What the server chose."""

    version: int
    suite: int


def old(version: str, name: str, random: bytes) -> bytes:
    """A hello that knows nothing newer than one of OLD_VERSIONS."""
    return client_hello(_OLD[version], _USUAL, name, random)


def weak(kind: str, name: str, random: bytes) -> bytes:
    """A hello of TLS 1.2 with nothing but suites of one kind of WEAK_SUITES."""
    return client_hello(_TLS12, WEAK_SUITES[kind], name, random)


def takes_old(version: str, answer: Hello | None) -> bool:
    """Whether the answer accepts that version."""
    return answer is not None and answer.version == _OLD[version]


def takes_weak(kind: str, answer: Hello | None) -> bool:
    """Whether the answer chose one of those suites."""
    return answer is not None and answer.suite in WEAK_SUITES[kind]


def client_hello(version: int, suites: tuple[int, ...], name: str, random: bytes) -> bytes:
    """A ClientHello in one record; `random` has 32 bytes, a name that is an address is not sent."""
    codes = b"".join(struct.pack(">H", suite) for suite in suites)
    body = struct.pack(">H", version) + random + b"\0" + _sized(codes, 2) + b"\1\0"
    body += _sized(_extensions(version, name), 2)
    message = bytes((1,)) + len(body).to_bytes(3, "big") + body
    record = min(version, 0x0301)  # some servers take no other version here (RFC 5246, E.1)
    return struct.pack(">BHH", _HANDSHAKE, record, len(message)) + message


async def answer(stream: Stream) -> Hello | None:
    """What the server chose, None when it refuses by an alert; raises ValueError for other things."""
    kind, _, size = struct.unpack(">BHH", await stream.exactly(5))
    if kind == _ALERT:
        return None
    if kind != _HANDSHAKE or not 0 < size <= _LARGEST_RECORD:
        raise ValueError("the answer is not TLS")
    return parse(await stream.exactly(size))


def parse(message: bytes) -> Hello:
    """Version and suite of a ServerHello; raises ValueError."""
    try:
        if message[0] != _SERVER_HELLO:
            raise ValueError("the server does not begin with its hello")
        (version,) = struct.unpack_from(">H", message, 4)
        session = message[38]
        (suite,) = struct.unpack_from(">H", message, 39 + session)
    except (struct.error, IndexError):
        raise ValueError("a ServerHello is cut off") from None
    return Hello(version, suite)


def _extensions(version: int, name: str) -> bytes:
    if version == _OLD["SSL 3.0"]:
        return b""
    found = b""
    if name and not name.replace(".", "").isdigit() and ":" not in name:
        host = b"\0" + _sized(name.encode("idna"), 2)
        found += _extension(0, _sized(host, 2))
    found += _extension(10, _sized(struct.pack(">4H", 29, 23, 24, 25), 2))  # curves
    found += _extension(11, b"\1\0")  # uncompressed points
    if version >= _TLS12:
        signatures = (0x0403, 0x0804, 0x0401, 0x0503, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202)
        found += _extension(13, _sized(struct.pack(">9H", *signatures), 2))
    return found + _extension(0xFF01, b"\0")  # secure renegotiation


def _extension(number: int, data: bytes) -> bytes:
    return struct.pack(">H", number) + _sized(data, 2)


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data
