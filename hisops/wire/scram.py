"""SCRAM-SHA-256 without channel binding: what the client says (RFC 5802, RFC 7677)."""

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata

# PostgreSQL asks for 4,096. A server that asks for 2**31 would hold up the whole loop.
MOST_ITERATIONS = 100_000


class Scram:
    """One log-in: `first`, then `final`, then `verify`, each with what the server said before."""

    def __init__(self, user: str, password: str, nonce: str = "") -> None:
        self._password = unicodedata.normalize("NFKC", password).encode()
        self._nonce = nonce or secrets.token_urlsafe(18)
        self._bare = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={self._nonce}"
        self._proof = b""

    def first(self) -> bytes:
        """The message that opens the log-in."""
        return f"n,,{self._bare}".encode()

    def final(self, challenge: bytes) -> bytes:
        """The answer to the server's challenge; raises ValueError for one that must not be answered."""
        given = _attributes(challenge)
        nonce, salt, rounds = given.get("r", ""), given.get("s", ""), given.get("i", "")
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise ValueError("the server repeats another log-in")
        if not rounds.isdecimal() or not 0 < int(rounds[:9]) <= MOST_ITERATIONS:
            raise ValueError(f"the server asks for {rounds[:20]!r} iterations")
        salted = hashlib.pbkdf2_hmac("sha256", self._password, _decode(salt), int(rounds))
        tail = f"c=biws,r={nonce}"
        talk = f"{self._bare},{challenge.decode()},{tail}".encode()
        key = _mac(salted, b"Client Key")
        signature = _mac(hashlib.sha256(key).digest(), talk)
        proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        self._proof = _mac(_mac(salted, b"Server Key"), talk)
        return f"{tail},p={base64.b64encode(proof).decode()}".encode()

    def verify(self, verdict: bytes) -> None:
        """Raises ValueError when the server does not know the password either."""
        shown = _decode(_attributes(verdict).get("v", ""))
        if not self._proof or not hmac.compare_digest(shown, self._proof):
            raise ValueError("the server cannot prove that it knows the password")


def _attributes(message: bytes) -> dict[str, str]:
    parts = (part.partition("=") for part in message.decode().split(","))
    return {name: value for name, _, value in parts}


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
