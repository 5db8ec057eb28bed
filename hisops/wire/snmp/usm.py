"""The user-based security model of v3: keys, signatures and encryption (RFC 3414, 3826, 7860)."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.wire.snmp.credentials import User

if TYPE_CHECKING:
    from collections.abc import Callable


class _Digest(NamedTuple):
    hash: str
    size: int


# RFC 3414 section 6 and 7, RFC 7860 section 4: how many octets of the HMAC are sent.
_DIGESTS = {
    "md5": _Digest("md5", 12),
    "sha": _Digest("sha1", 12),
    "sha224": _Digest("sha224", 16),
    "sha256": _Digest("sha256", 24),
    "sha384": _Digest("sha384", 32),
    "sha512": _Digest("sha512", 48),
}
_KEY_SIZES = {"des": 16, "aes": 16, "aes192": 24, "aes192c": 24, "aes256": 32, "aes256c": 32}
_SHORTEST_PASSWORD = 8
_STRETCHED = 1_048_576
_DES_BLOCK = 8
_AES_BLOCK = 16


class Keys(NamedTuple):
    """A user's keys for one engine."""

    auth: bytes = b""
    priv: bytes = b""


def check(user: User) -> None:
    """Raise OpsError USAGE when a user's options do not go together."""
    cause = ""
    if user.priv and not user.auth:
        cause = "priv needs auth: SNMP v3 encrypts no message that it does not sign"
    for kind, password in (("auth", user.auth_password), ("priv", user.priv_password)):
        if getattr(user, kind) and len(password) < _SHORTEST_PASSWORD:
            cause = f"the {kind} password has fewer than 8 characters (RFC 3414, 11.2)"
    if cause:
        raise OpsError(f"SNMP user {user.name}: {cause}", fix="mend the module", code=Exit.USAGE)


@lru_cache(maxsize=8192)
def localise(user: User, engine: bytes) -> Keys:
    """The user's keys for an engine; made once and kept."""
    if not user.auth:
        return Keys()
    name = _DIGESTS[user.auth].hash
    auth = _localise(name, _stretch(name, user.auth_password), engine)
    if not user.priv:
        return Keys(auth)
    key = _localise(name, _stretch(name, user.priv_password), engine)
    return Keys(auth, _lengthen(name, key, user.priv, engine))


def signature_size(user: User) -> int:
    """Octets of a signature; 0 for a user without auth."""
    return _DIGESTS[user.auth].size if user.auth else 0


def sign(user: User, key: bytes, message: bytes) -> bytes:
    """The signature of a message whose own signature is all zeros."""
    name, size = _DIGESTS[user.auth]
    inner, outer = (half.copy() for half in _halves(name, key))
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()[:size]


_salts = count(int.from_bytes(os.urandom(8), "big"))


def encrypt(user: User, key: bytes, boots: int, seconds: int, plain: bytes) -> tuple[bytes, bytes]:
    """The encrypted text and the salt that the message carries."""
    number = next(_salts)
    if user.priv == "des":
        salt = boots.to_bytes(4, "big") + (number & 0xFFFFFFFF).to_bytes(4, "big")
        plain += bytes(-len(plain) % _DES_BLOCK)
        return _des(key, salt, plain, encrypting=True), salt
    salt = (number & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")
    return _aes(key, _vector(boots, seconds, salt), plain, encrypting=True), salt


def decrypt(user: User, key: bytes, boots: int, seconds: int, salt: bytes, text: bytes) -> bytes:
    """The plain text; raises ValueError when its form shows that it cannot be one."""
    if len(salt) != 8:  # noqa: PLR2004 - RFC 3414 8.1.1.1, RFC 3826 3.1.2.1
        raise ValueError("the salt of an encrypted message has not 8 octets")
    if user.priv == "des":
        if len(text) % _DES_BLOCK:
            raise ValueError("an encrypted message is no multiple of 8 octets")
        return _des(key, salt, text, encrypting=False)
    return _aes(key, _vector(boots, seconds, salt), text, encrypting=False)


@lru_cache(maxsize=256)
def _stretch(name: str, password: str) -> bytes:
    """RFC 3414 A.2: the hash of a megabyte of the repeated password."""
    text = password.encode()
    repeated = text * (_STRETCHED // len(text) + 1)
    return hashlib.new(name, repeated[:_STRETCHED]).digest()


def _localise(name: str, key: bytes, engine: bytes) -> bytes:
    return hashlib.new(name, key + engine + key).digest()


def _lengthen(name: str, key: bytes, priv: str, engine: bytes) -> bytes:
    """A key that is long enough: draft-blumenthal-aes-usm-04 3.1.2.1; Cisco follows draft-reeder."""
    size = _KEY_SIZES[priv]
    last = key
    while len(key) < size:
        if priv.endswith("c"):
            stretched = last * (_STRETCHED // len(last) + 1)
            last = _localise(name, hashlib.new(name, stretched[:_STRETCHED]).digest(), engine)
            key += last
        else:
            key += hashlib.new(name, key).digest()
    return key[:size]


def _vector(boots: int, seconds: int, salt: bytes) -> bytes:
    return boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt


@lru_cache(maxsize=8192)
def _halves(name: str, key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """HMAC's two hashes with the key taken in (RFC 2104): to copy them is half of hmac.digest."""
    inner, outer = hashlib.new(name), hashlib.new(name)
    padded = key.ljust(inner.block_size, b"\0")
    inner.update(bytes(octet ^ 0x36 for octet in padded))
    outer.update(bytes(octet ^ 0x5C for octet in padded))
    return inner, outer


@lru_cache(maxsize=8192)
def _aes_blocks(key: bytes) -> Callable[[bytes], bytes]:
    """AES on whole blocks; to set up a cipher for each message costs more than its work."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import ECB

    return Cipher(AES(key), ECB()).encryptor().update  # noqa: S305 - CFB is made of it below


def _aes(key: bytes, vector: bytes, text: bytes, *, encrypting: bool) -> bytes:
    """CFB with 128 bits of feedback (RFC 3826 3.1): a block is mixed with the encrypted last one."""
    blocks = _aes_blocks(key)
    if not encrypting:
        last = (len(text) - 1) // _AES_BLOCK * _AES_BLOCK
        return _mix(blocks(vector + text[: max(last, 0)]), text)
    out = bytearray()
    for at in range(0, len(text), _AES_BLOCK):
        vector = _mix(blocks(vector), text[at : at + _AES_BLOCK])
        out += vector
    return bytes(out)


def _mix(stream: bytes, text: bytes) -> bytes:
    """Exclusive or, over the length of the text."""
    size = len(text)
    return (int.from_bytes(stream[:size], "big") ^ int.from_bytes(text, "big")).to_bytes(
        size, "big"
    )


def _des(key: bytes, salt: bytes, text: bytes, *, encrypting: bool) -> bytes:
    """RFC 3414 8.1.1: the second half of the key, mixed with the salt, is the vector."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    vector = bytes(a ^ b for a, b in zip(key[8:16], salt, strict=True))
    # Three times the same key is single DES.
    cipher = Cipher(TripleDES(key[:8] * 3), CBC(vector))
    work = cipher.encryptor() if encrypting else cipher.decryptor()
    return work.update(text) + work.finalize()
