"""The opening of an SSH connection: banner, algorithms, packets (RFC 4253)."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hisops.core.net import Stream

BANNER = b"SSH-2.0-hisops"
KEXINIT = 20
_MOST_LINES = 50
_LONGEST_LINE = 1024
_LARGEST_PACKET = 35000
_SKIPPED = frozenset((2, 4))  # ignore, debug
_DISCONNECT = 1
_LISTS = 10

# RFC 9142, RFC 8758, RFC 6151: not to be offered any more.
_WEAK = frozenset(
    [
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group-exchange-sha1",
        "ssh-dss",
        "ssh-rsa",
        "3des-cbc",
        "blowfish-cbc",
        "cast128-cbc",
        "arcfour",
        "arcfour128",
        "arcfour256",
        "des-cbc",
        "none",
        "hmac-md5",
        "hmac-md5-96",
        "hmac-md5-etm@openssh.com",
        "hmac-sha1-96",
    ]
)


class Offer(NamedTuple):
    """The lists of a KEXINIT message that say what a side can do, best first."""

    exchanges: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    digests: tuple[str, ...]

    @property
    def weak(self) -> list[str]:
        """Algorithms that nobody should offer; `none` as a cipher is one."""
        return sorted({name for names in self for name in names} & _WEAK)


async def banner(stream: Stream) -> bytes:
    """The server's line that begins with SSH-, after lines that it may send before (RFC 4253, 4.2)."""
    for _ in range(_MOST_LINES):
        line = (await stream.until(b"\n", _LONGEST_LINE)).rstrip(b"\r\n")
        if line.startswith(b"SSH-"):
            return line
    raise ValueError(f"no SSH banner in {_MOST_LINES} lines")


def offer_message(exchanges: tuple[str, ...], host_keys: tuple[str, ...]) -> bytes:
    """Our KEXINIT; ciphers are named for form's sake, the connection ends before they are used."""
    ciphers = ("aes128-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes128-cbc", "3des-cbc")
    digests = ("hmac-sha2-256", "hmac-sha2-512", "hmac-sha1", "hmac-md5")
    lists = (exchanges, host_keys, ciphers, ciphers, digests, digests, ("none",), ("none",), (), ())
    texts = b"".join(text(",".join(names).encode()) for names in lists)
    return bytes((KEXINIT,)) + os.urandom(16) + texts + bytes(5)


def parse_offer(message: bytes) -> Offer:
    """The server's KEXINIT; raises ValueError."""
    if not message or message[0] != KEXINIT:
        raise ValueError("the server sends no KEXINIT")
    lists, at = [], 17
    for _ in range(_LISTS):
        raw, at = take(message, at)
        lists.append(tuple(raw.decode("ascii", "replace").split(",")) if raw else ())
    return Offer(lists[0], lists[1], lists[3], lists[5])


def choose(mine: tuple[str, ...], theirs: tuple[str, ...], what: str) -> str:
    """The first of mine that they have too; raises ValueError when there is none."""
    for name in mine:
        if name in theirs:
            return name
    raise ValueError(f"no common {what}: it offers {', '.join(theirs)[:120]}")


def packet(payload: bytes) -> bytes:
    """A message before encryption begins: length, padding to eight bytes (RFC 4253, 6)."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0  # noqa: PLR2004 - at least four bytes
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


async def message(stream: Stream) -> bytes:
    """The next message that matters; raises ValueError, also for the peer's farewell."""
    for _ in range(_MOST_LINES):
        (size,) = struct.unpack(">I", await stream.exactly(4))
        if not 2 <= size <= _LARGEST_PACKET:  # noqa: PLR2004 - padding length and a code
            raise ValueError(f"an SSH packet of {size} bytes")
        raw = await stream.exactly(size)
        payload = raw[1 : size - raw[0]]
        if not payload:
            raise ValueError("an empty SSH packet")
        if payload[0] == _DISCONNECT:
            raise ValueError(f"it disconnects: {take(payload, 5)[0].decode(errors='replace')[:80]}")
        if payload[0] not in _SKIPPED:
            return payload
    raise ValueError("nothing but SSH messages without meaning")


def text(data: bytes) -> bytes:
    """A string with its length."""
    return struct.pack(">I", len(data)) + data


def number(value: int) -> bytes:
    """A multiple precision integer (RFC 4251, 5)."""
    return text(value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b"")


def take(data: bytes, at: int) -> tuple[bytes, int]:
    """The string at a place, and what comes after; raises ValueError."""
    if at + 4 > len(data):
        raise ValueError("an SSH message is cut off")
    (size,) = struct.unpack_from(">I", data, at)
    if at + 4 + size > len(data):
        raise ValueError("an SSH message is cut off")
    return data[at + 4 : at + 4 + size], at + 4 + size
