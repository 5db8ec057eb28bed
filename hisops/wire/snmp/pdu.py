"""Requests and answers without their wrapping: PDUs of RFC 3416 and RFC 1157."""

from __future__ import annotations

from typing import NamedTuple

from hisops.wire.snmp import ber

GET, GET_NEXT, RESPONSE, TRAP_V1, GET_BULK, INFORM, TRAP, REPORT = (
    0xA0,
    0xA1,
    0xA2,
    0xA4,
    0xA5,
    0xA6,
    0xA7,
    0xA8,
)
TOO_BIG, NO_SUCH_NAME = 1, 2

# RFC 3416 section 3, RFC 1157 section 4.1.1.
_ERRORS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)


class Pdu(NamedTuple):
    """An answer: its kind, whose request it answers, its error, and where its variables stand."""

    kind: int
    request_id: int
    error: int
    error_at: int
    data: bytes
    begin: int
    end: int

    def bindings(self) -> list[ber.Binding]:
        """Its variables; raises ValueError when they are malformed."""
        return ber.bindings(self.data, self.begin, self.end)

    @property
    def error_name(self) -> str:
        """The error as the standard calls it."""
        known = 0 <= self.error < len(_ERRORS)
        return _ERRORS[self.error] if known else f"error {self.error}"


def request(kind: int, request_id: int, oids: list[bytes], repetitions: int = 0) -> bytes:
    """A request for variables by their identifiers' contents; `repetitions` only for GET_BULK."""
    names = b"".join(_unbound(oid) for oid in oids)
    numbers = ber.integer(request_id) + ber.integer(0) + ber.integer(repetitions)
    return ber.tlv(kind, numbers + ber.tlv(ber.SEQUENCE, names))


def parse(data: bytes, at: int = 0) -> Pdu:
    """The PDU at a place; raises ValueError when it is none."""
    kind, at, end = ber.element(data, at)
    if not GET <= kind <= REPORT or kind == TRAP_V1:
        raise ValueError(f"a PDU of the kind 0x{kind:02x}")
    request_id, at = ber.take_integer(data, at)
    error, at = ber.take_integer(data, at)
    error_at, at = ber.take_integer(data, at)
    begin, last = ber.header(data, at, ber.SEQUENCE)
    if last > end:
        raise ValueError("variables go on past their PDU")
    return Pdu(kind, request_id, error, error_at, data, begin, last)


def _unbound(oid: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, oid) + b"\x05\x00")
