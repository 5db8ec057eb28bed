"""Messages of v3: header, security parameters and scoped PDU (RFC 3412, 3414)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hisops.wire.snmp import ber, pdu, usm

if TYPE_CHECKING:
    from hisops.wire.snmp.credentials import User

_VERSION, _MODEL = 3, 3
_MOST_BYTES = 65507
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
_LONGEST_ENGINE = 32  # SnmpEngineID, RFC 3411


class Engine(NamedTuple):
    """An agent's name, how often it was started, and its clock."""

    id: bytes = b""
    boots: int = 0
    seconds: int = 0


class Message(NamedTuple):
    """A v3 message with its parts still closed."""

    data: bytes
    message_id: int
    flags: int
    engine: Engine
    user: str
    signature_at: tuple[int, int]
    salt: bytes
    scoped_at: int

    @property
    def is_signed(self) -> bool:
        """Whether it carries a signature, be it right or wrong."""
        return bool(self.flags & _AUTH)

    @property
    def is_encrypted(self) -> bool:
        """Whether its PDU is encrypted."""
        return bool(self.flags & _PRIV)


def pack(user: User, keys: usm.Keys, engine: Engine, message_id: int, inner: bytes) -> bytes:
    """The message that carries a PDU, encrypted and signed as the user's options say."""
    named, spoken, size = _constant(user, engine.id)
    scoped = ber.tlv(ber.SEQUENCE, spoken + inner)
    salt, flags = b"", _REPORTABLE
    if user.priv:
        text, salt = usm.encrypt(user, keys.priv, engine.boots, engine.seconds, scoped)
        scoped, flags = ber.tlv(ber.OCTETS, text), flags | _PRIV
    tail = ber.tlv(ber.OCTETS, salt)
    clock = ber.integer(engine.boots) + ber.integer(engine.seconds)
    security = named[0] + clock + named[1] + tail
    head = _head(message_id, flags | (_AUTH if size else 0))
    closed = ber.tlv(ber.OCTETS, ber.tlv(ber.SEQUENCE, security))
    message = ber.tlv(ber.SEQUENCE, head + closed + scoped)
    if not size:
        return message
    end = len(message) - len(scoped) - len(tail)
    return message[: end - size] + usm.sign(user, keys.auth, message) + message[end:]


def read(data: bytes) -> Message:
    """The parts of a message that are open; raises ValueError when it is none of v3."""
    at, _ = ber.header(data, 0, ber.SEQUENCE)
    version, at = ber.take_integer(data, at)
    if version != _VERSION:
        raise ValueError(f"an answer of SNMP version {version} where 3 belongs")
    inside, at = ber.header(data, at, ber.SEQUENCE)
    message_id, inside = ber.take_integer(data, inside)
    _, inside = ber.take_integer(data, inside)
    flags, inside = ber.take_octets(data, inside)
    model, _ = ber.take_integer(data, inside)
    if model != _MODEL or len(flags) != 1:
        raise ValueError("a v3 message without the user-based security model")
    inside, scoped_at = ber.header(data, at, ber.OCTETS)
    inside, _ = ber.header(data, inside, ber.SEQUENCE)
    engine_id, inside = ber.take_octets(data, inside)
    boots, inside = ber.take_integer(data, inside)
    seconds, inside = ber.take_integer(data, inside)
    name, inside = ber.take_octets(data, inside)
    begin, end = ber.header(data, inside, ber.OCTETS)
    salt, _ = ber.take_octets(data, end)
    limit = 2**31
    if not (0 <= boots < limit and 0 <= seconds < limit and len(engine_id) <= _LONGEST_ENGINE):
        raise ValueError("an engine whose clock or name is out of range")
    engine = Engine(engine_id, boots, seconds)
    text = name.decode(errors="replace")
    return Message(data, message_id, flags[0], engine, text, (begin, end), salt, scoped_at)


def is_genuine(message: Message, user: User, keys: usm.Keys) -> bool:
    """Whether the user's key made the signature."""
    begin, end = message.signature_at
    if not message.is_signed or end - begin != usm.signature_size(user):
        return False
    blank = message.data[:begin] + bytes(end - begin) + message.data[end:]
    # Signatures are no secrets of ours: a plain comparison tells an attacker nothing he can use,
    # for each message has another id.
    return usm.sign(user, keys.auth, blank) == message.data[begin:end]


def open_scoped(message: Message, user: User, keys: usm.Keys) -> pdu.Pdu:
    """The PDU inside, decrypted where it is encrypted; raises ValueError."""
    data, at = message.data, message.scoped_at
    if message.is_encrypted:
        if not keys.priv:
            raise ValueError("an encrypted message for a user without encryption")
        text, _ = ber.take_octets(data, at)
        engine = message.engine
        data = usm.decrypt(user, keys.priv, engine.boots, engine.seconds, message.salt, text)
        at = 0
    at, _ = ber.header(data, at, ber.SEQUENCE)
    _, at = ber.take_octets(data, at)
    _, at = ber.take_octets(data, at)
    return pdu.parse(data, at)


@lru_cache(maxsize=8192)
def _constant(user: User, engine_id: bytes) -> tuple[tuple[bytes, bytes], bytes, int]:
    """What no message of a user to an engine changes: names before and behind the clock, context."""
    size = usm.signature_size(user)
    engine = ber.tlv(ber.OCTETS, engine_id)
    behind = ber.tlv(ber.OCTETS, user.name.encode()) + ber.tlv(ber.OCTETS, bytes(size))
    return (engine, behind), engine + ber.tlv(ber.OCTETS, user.context.encode()), size


def _head(message_id: int, flags: int) -> bytes:
    header = (
        ber.integer(message_id)
        + ber.integer(_MOST_BYTES)
        + ber.tlv(ber.OCTETS, bytes((flags,)))
        + ber.integer(_MODEL)
    )
    return ber.integer(_VERSION) + ber.tlv(ber.SEQUENCE, header)
