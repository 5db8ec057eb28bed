"""The host key of an SSH server, with the proof that the server holds it (RFC 4253, 8; RFC 8731)."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from hisops.wire import ssh

if TYPE_CHECKING:
    from collections.abc import Callable

    from hisops.core.net import Stream

_INIT, _REPLY = 30, 31
_CURVE = ("curve25519-sha256", "curve25519-sha256@libssh.org")
_GROUP = ("diffie-hellman-group14-sha256", "diffie-hellman-group14-sha1")
EXCHANGES = (*_CURVE, *_GROUP)
_ECDSA = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
KEYS = ("ssh-ed25519", *_ECDSA, "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
# The 2048-bit MODP group (RFC 3526, 3).
_PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)


class HostKey(NamedTuple):
    """What a server proved to be, and how it introduced itself."""

    banner: str
    kind: str
    fingerprint: str
    offer: ssh.Offer


async def prove(stream: Stream, banner: bytes, kinds: tuple[str, ...] = KEYS) -> HostKey:
    """The host key behind a connection whose banner has been read; raises ValueError.

    One key exchange, which the server signs; the connection is good for nothing afterwards.
    """
    mine = ssh.offer_message(EXCHANGES, kinds)
    await stream.send(ssh.BANNER + b"\r\n" + ssh.packet(mine))
    theirs = await ssh.message(stream)
    offer = ssh.parse_offer(theirs)
    exchange = ssh.choose(EXCHANGES, offer.exchanges, "key exchange")
    signature = ssh.choose(kinds, offer.host_keys, "kind of host key")
    public, share, encode = _begin(exchange)
    await stream.send(ssh.packet(bytes((_INIT,)) + encode(public)))
    reply = await ssh.message(stream)
    if reply[0] != _REPLY:
        raise ValueError(f"SSH message {reply[0]} instead of the host key")
    key, at = ssh.take(reply, 1)
    their_public, at = ssh.take(reply, at)
    proof, _ = ssh.take(reply, at)
    texts = (ssh.BANNER, banner, mine, theirs, key)
    signed = b"".join(map(ssh.text, texts)) + encode(public) + ssh.text(their_public)
    digest = hashlib.sha1 if exchange.endswith("sha1") else hashlib.sha256  # as negotiated
    _verify(key, proof, signature, digest(signed + share(their_public)).digest())
    kind = ssh.take(key, 0)[0].decode("ascii", "replace")
    return HostKey(banner.decode(errors="replace"), kind, fingerprint(key), offer)


def fingerprint(key: bytes) -> str:
    """A key as ssh-keygen -l shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _begin(exchange: str) -> tuple[bytes, Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Our half, what makes the shared secret of theirs, and how our half is written."""
    if exchange in _CURVE:
        from cryptography.hazmat.primitives.asymmetric.x25519 import (
            X25519PrivateKey,
            X25519PublicKey,
        )

        private = X25519PrivateKey.generate()

        def share(their: bytes) -> bytes:
            secret = private.exchange(X25519PublicKey.from_public_bytes(their))
            return ssh.number(int.from_bytes(secret, "big"))

        return private.public_key().public_bytes_raw(), share, ssh.text
    exponent = int.from_bytes(os.urandom(32), "big")
    mine = pow(2, exponent, _PRIME)

    def share_group(their: bytes) -> bytes:
        value = int.from_bytes(their, "big")
        if not 1 < value < _PRIME - 1:
            raise ValueError("the server's half of the key exchange is out of range")
        return ssh.number(pow(value, exponent, _PRIME))

    return (
        mine.to_bytes(256, "big"),
        share_group,
        lambda raw: ssh.number(int.from_bytes(raw, "big")),
    )


def _verify(key: bytes, proof: bytes, expected: str, digest: bytes) -> None:
    """Raise ValueError unless the owner of the key signed the exchange."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    kind, at = ssh.take(proof, 0)
    signature, _ = ssh.take(proof, at)
    name = ssh.take(key, 0)[0]
    if kind.decode("ascii", "replace") != expected:
        raise ValueError("the host key is signed otherwise than agreed")
    try:
        public: Any = load_ssh_public_key(name + b" " + base64.b64encode(key))
        _check(public, expected, signature, digest)
    except InvalidSignature:
        raise ValueError("the server does not hold the host key that it shows") from None
    except UnsupportedAlgorithm as error:
        raise ValueError(f"the host key cannot be used: {error}") from None


def _check(public: Any, kind: str, signature: bytes, digest: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

    if kind == "ssh-ed25519":
        public.verify(signature, digest)
    elif kind.startswith("ecdsa"):
        first, at = ssh.take(signature, 0)
        second, _ = ssh.take(signature, at)
        pair = int.from_bytes(first, "big"), int.from_bytes(second, "big")
        sizes = {"256": hashes.SHA256(), "384": hashes.SHA384(), "521": hashes.SHA512()}
        public.verify(utils.encode_dss_signature(*pair), digest, ec.ECDSA(sizes[kind[-3:]]))
    else:
        by_name = {"rsa-sha2-512": hashes.SHA512(), "rsa-sha2-256": hashes.SHA256()}
        chosen = by_name.get(kind, hashes.SHA1())  # noqa: S303 - ssh-rsa: old gear has nothing else
        public.verify(signature, digest, padding.PKCS1v15(), chosen)
