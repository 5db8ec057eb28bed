"""How one logs in to MySQL and MariaDB: the greeting, and the proofs of a password."""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

from hisops.wire.table import Declined, printable

_LONG_PASSWORD, _PROTOCOL_41, TLS, _TRANSACTIONS = 0x1, 0x200, 0x800, 0x2000
_SECURE, _PLUGIN = 0x8000, 0x80000
_ABILITIES = _LONG_PASSWORD | _PROTOCOL_41 | _TRANSACTIONS | _SECURE | _PLUGIN
_UTF8MB4, _VERSION = 45, 10
_NATIVE, _CACHING, _CLEAR = "mysql_native_password", "caching_sha2_password", "mysql_clear_password"


class Login(NamedTuple):
    """Who asks, and whether the connection has TLS."""

    user: str
    password: str = ""
    is_private: bool = False


class Greeting(NamedTuple):
    """What the server says first."""

    version: str
    salt: bytes
    abilities: int
    plugin: str


def greeting(packet: bytes) -> Greeting:
    """The server's first packet; raises ValueError when it is no MySQL of this century."""
    if packet[0] != _VERSION:
        raise ValueError(f"no MySQL: protocol {packet[0]}")
    version, _, rest = packet[1:].partition(b"\0")
    if len(rest) < 31:  # noqa: PLR2004 - thread, salt, abilities, character set, status, length, filler
        raise ValueError("the greeting is too short")
    abilities = int.from_bytes(rest[13:15] + rest[18:20], "little")
    length = max(13, rest[20] - 8)
    salt = rest[4:12] + rest[31 : 31 + length].rstrip(b"\0")
    plugin = rest[31 + length :].partition(b"\0")[0].decode(errors="replace")
    return Greeting(printable(version), salt, abilities, plugin or _NATIVE)


def tls_request(login: Login) -> bytes:
    """The packet after which TLS begins."""
    abilities = _ABILITIES | (TLS if login.is_private else 0)
    return struct.pack("<IIB23x", abilities, 1 << 24, _UTF8MB4)


def answer(given: Greeting, login: Login) -> bytes:
    """The client's first packet, with the proof for the way that the server prefers."""
    if given.plugin not in (_NATIVE, _CACHING):
        given = given._replace(plugin=_NATIVE)
    shown = proof(given, login)
    who = login.user.encode() + b"\0" + bytes((len(shown),)) + shown
    return tls_request(login) + who + given.plugin.encode() + b"\0"


def proof(given: Greeting, login: Login) -> bytes:
    """The proof that a way of log-in demands; raises Declined for one that is not supported."""
    password = login.password.encode()
    if given.plugin == _CLEAR:
        return clear(login)
    if given.plugin not in (_NATIVE, _CACHING):
        cause = f"the server wants a way of log-in that is not supported: {printable(given.plugin.encode())}"
        raise Declined(cause, fix=f"give the role {_NATIVE} or {_CACHING}")
    if not password:
        return b""
    return (
        native(password, given.salt) if given.plugin == _NATIVE else caching(password, given.salt)
    )


def clear(login: Login) -> bytes:
    """The password itself, which goes through TLS only."""
    if not login.is_private:
        cause = "the server wants the password in clear on a connection without TLS"
        raise Declined(cause, fix="set tls in the module")
    return login.password.encode() + b"\0"


def native(password: bytes, salt: bytes) -> bytes:
    """mysql_native_password: SHA1(p) xor SHA1(salt + SHA1(SHA1(p)))."""
    once = hashlib.sha1(password).digest()  # noqa: S324 - theirs
    twice = hashlib.sha1(once).digest()  # noqa: S324
    return _xor(once, hashlib.sha1(salt + twice).digest())  # noqa: S324


def caching(password: bytes, salt: bytes) -> bytes:
    """caching_sha2_password: SHA256(p) xor SHA256(SHA256(SHA256(p)) + salt)."""
    once = hashlib.sha256(password).digest()
    twice = hashlib.sha256(once).digest()
    return _xor(once, hashlib.sha256(twice + salt).digest())


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
