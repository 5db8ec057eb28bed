"""Traps of v1, v2c and v3 as values (RFC 1157, 3416; mapping of v1 after RFC 3584 section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.wire.snmp import ber, message, pdu, usm
from hisops.wire.snmp.credentials import Community

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.wire.snmp.credentials import Credentials, User

_STANDARD = "1.3.6.1.6.3.1.1.5"  # snmpTraps: coldStart(1), warmStart, linkDown, linkUp, ...
_TRAP_OID = ber.oid_content("1.3.6.1.6.3.1.1.4.1.0")
_SPECIFIC = 6  # enterpriseSpecific(6)
_VERSION_3 = 3
_MOST_VARIABLES = 64


class RefusedError(Exception):
    """A trap whose community or user is none of ours."""


class Trap(NamedTuple):
    """What a device told: the trap's identifier, its variables, and what to answer to an inform."""

    oid: str
    values: dict[str, ber.Scalar]
    answer: bytes = b""


def read(data: bytes, credentials: Sequence[Credentials]) -> Trap:
    """The trap in a datagram; raises ValueError when it is none, RefusedError when it is foreign."""
    at, _ = ber.header(data, 0, ber.SEQUENCE)
    version, at = ber.take_integer(data, at)
    if version == _VERSION_3:
        return _read_secure(data, credentials)
    word, at = ber.take_octets(data, at)
    words = {c.word.encode() for c in credentials if isinstance(c, Community)}
    if word not in words:
        raise RefusedError
    if ber.element(data, at)[0] == pdu.TRAP_V1:
        return _read_old(data, at)
    found = pdu.parse(data, at)
    trap = _read_new(found)
    if found.kind != pdu.INFORM:
        return trap
    # RFC 3416 4.2.7: the answer is the same with another kind of PDU.
    head = ber.integer(version) + ber.tlv(ber.OCTETS, word)
    body = data[at:]
    _, begin, end = ber.element(body, 0)
    answer = ber.tlv(ber.SEQUENCE, head + ber.tlv(pdu.RESPONSE, body[begin:end]))
    return trap._replace(answer=answer)


def _read_secure(data: bytes, credentials: Sequence[Credentials]) -> Trap:
    """A trap of v3: its sender is the engine in charge, so the keys are made for its engine."""
    found = message.read(data)
    user = _user(found.user, credentials)
    keys = usm.localise(user, found.engine.id)
    if (user.auth and not message.is_genuine(found, user, keys)) or (
        user.priv and not found.is_encrypted
    ):
        raise RefusedError
    return _read_new(message.open_scoped(found, user, keys))


def _user(name: str, credentials: Sequence[Credentials]) -> User:
    for one in credentials:
        if not isinstance(one, Community) and one.name == name:
            return one
    raise RefusedError


def _read_new(found: pdu.Pdu) -> Trap:
    if found.kind not in (pdu.TRAP, pdu.INFORM):
        raise ValueError(f"a PDU of the kind 0x{found.kind:02x} is no trap")
    oid, values = "", {}
    for name, tag, content in found.bindings()[:_MOST_VARIABLES]:
        value = ber.value(tag, content)
        if name == _TRAP_OID:
            oid = str(value)
        elif value is not None:
            values[ber.oid_text(name)] = value
    if not oid:
        raise ValueError("a trap without its identifier")
    return Trap(oid, values)


def _read_old(data: bytes, at: int) -> Trap:
    at, end = ber.header(data, at, pdu.TRAP_V1)
    begin, at = ber.header(data, at, ber.OID)
    enterprise = ber.oid_text(data[begin:at])
    _, _, at = ber.element(data, at)  # the agent's address: the datagram has one that is true
    generic, at = ber.take_integer(data, at)
    specific, at = ber.take_integer(data, at)
    _, at = ber.take_integer(data, at, ber.TICKS)
    begin, last = ber.header(data, at, ber.SEQUENCE)
    if last > end:
        raise ValueError("variables go on past their PDU")
    own = generic >= _SPECIFIC
    oid = f"{enterprise}.0.{specific}" if own else f"{_STANDARD}.{generic + 1}"
    found = ber.bindings(data, begin, last)[:_MOST_VARIABLES]
    pairs = ((ber.oid_text(name), ber.value(tag, content)) for name, tag, content in found)
    return Trap(oid, {name: value for name, value in pairs if value is not None})
