"""BER as SNMP needs it (RFC 3417 section 8, X.690): numbers, texts, object identifiers, sequences.

Whatever is malformed or cut off raises ValueError, and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER, GAUGE, TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82

Scalar = int | float | bytes | str
"""A value of a variable: object identifiers and addresses are text, octets are bytes."""

Binding = tuple[bytes, int, bytes]
"""A variable as it came: the content of its identifier, the tag, the content."""

_UNSIGNED = frozenset((COUNTER, GAUGE, TICKS, COUNTER64))
ABSENT = frozenset((NULL, NO_OBJECT, NO_INSTANCE, END_OF_VIEW))
_MOST_ARC = 2**32
_SHORT = 0x80  # a length from here on has its own octets
_LONGEST_LENGTH = 4
# Opaque holds BER again, tag 0x9f 0x78 for a float and 0x9f 0x79 for a double (net-snmp).
_FLOATS = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length and content."""
    size = len(content)
    if size < _SHORT:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT | len(octets))) + octets + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A number in the fewest octets of two's complement."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


@lru_cache(maxsize=4096)
def oid_content(text: str) -> bytes:
    """The content octets of a dotted identifier; raises ValueError when it is none."""
    arcs = [int(word) for word in text.strip(".").split(".")]
    if len(arcs) < 2 or arcs[0] > 2 or any(not 0 <= arc < _MOST_ARC for arc in arcs):  # noqa: PLR2004 - X.690 8.19.4
        raise ValueError(f"{text!r} is no object identifier")
    return index_content((arcs[0] * 40 + arcs[1], *arcs[2:]))


def index_content(arcs: tuple[int, ...]) -> bytes:
    """Octets of the arcs, seven bits in each."""
    out = bytearray()
    for arc in arcs:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return bytes(out)


def index_arcs(content: bytes) -> tuple[int, ...]:
    """The arcs behind octets; raises ValueError for an unfinished or too large one."""
    if content.isascii():
        return tuple(content)
    arcs, arc = [], 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if arc >= _MOST_ARC:
            raise ValueError("an arc of an object identifier is too large")
        if octet < _SHORT:
            arcs.append(arc)
            arc = 0
    if content[-1] >= _SHORT:
        raise ValueError("an object identifier ends inside an arc")
    return tuple(arcs)


def oid_text(content: bytes) -> str:
    """The dotted form of content octets."""
    if not content:
        return "0.0"  # what many agents send as zeroDotZero
    first, *rest = index_arcs(content)
    head = min(first // 40, 2)
    return ".".join(map(str, (head, first - 40 * head, *rest)))


def header(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of an expected element begins and ends."""
    found, begin, end = element(data, at)
    if found != tag:
        raise ValueError(f"BER tag 0x{found:02x} where 0x{tag:02x} belongs")
    return begin, end


def element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, begin and end of the content of the element at a place."""
    try:
        tag, size = data[at], data[at + 1]
        at += 2
        if size >= _SHORT:
            count = size & 0x7F
            if not 0 < count <= _LONGEST_LENGTH or at + count > len(data):
                raise ValueError("a BER length is unbounded, too long or cut off")
            size = int.from_bytes(data[at : at + count], "big")
            at += count
    except IndexError:
        raise ValueError("a BER element is cut off") from None
    if at + size > len(data):
        raise ValueError("a BER element is longer than its packet")
    return tag, at, at + size


def take_integer(data: bytes, at: int, tag: int = INTEGER) -> tuple[int, int]:
    """A number, and where the next element begins."""
    begin, end = header(data, at, tag)
    return number(tag, data[begin:end]), end


def take_octets(data: bytes, at: int) -> tuple[bytes, int]:
    """A text, and where the next element begins."""
    begin, end = header(data, at, OCTETS)
    return data[begin:end], end


def number(tag: int, content: bytes) -> int:
    """A number of one of SNMP's types.

    Some agents send counters without the leading zero octet: a counter is never negative.
    """
    if not 0 < len(content) <= 9:  # noqa: PLR2004 - 64 bits and a leading zero
        raise ValueError(f"a number of {len(content)} octets")
    return int.from_bytes(content, "big", signed=tag not in _UNSIGNED)


def value(tag: int, content: bytes) -> Scalar | None:
    """The value of a variable, None where the agent says that there is none."""
    if tag == OCTETS:
        return content
    if tag == INTEGER or tag in _UNSIGNED:
        return number(tag, content)
    if tag in ABSENT:
        return None
    if tag not in _READERS:
        raise ValueError(f"a value of the unknown type 0x{tag:02x}")
    return _READERS[tag](content)


def cell_value(cell: bytes) -> Scalar | None:
    """The value of a variable with its tag and length."""
    tag, begin, end = element(cell, 0)
    return value(tag, cell[begin:end])


def _address(content: bytes) -> str:
    return ".".join(map(str, content))


def _opaque(content: bytes) -> Scalar:
    form = _FLOATS.get(content[:3])
    if form is None:
        return content
    try:
        result: float = struct.unpack(form, content[3:])[0]
    except struct.error:
        raise ValueError("an Opaque number of wrong size") from None
    return result


_READERS: dict[int, Callable[[bytes], Scalar]] = {
    OID: oid_text,
    IP_ADDRESS: _address,
    OPAQUE: _opaque,
}


def bindings(data: bytes, at: int, end: int) -> list[Binding]:
    """The variables between two places.

    The hot loop of all walks: one function, no calls, for short elements.
    """
    found: list[Binding] = []
    add = found.append
    try:
        while at < end:
            size = data[at + 1]
            if data[at] != SEQUENCE or size >= _SHORT:
                at, stop = header(data, at, SEQUENCE)
            else:
                at += 2
                stop = at + size
            size = data[at + 1]
            if stop > end or data[at] != OID or size >= _SHORT:
                raise ValueError("a variable without an object identifier of sane length")
            tag_at = at + 2 + size
            size = data[tag_at + 1]
            begin = tag_at + 2
            if size >= _SHORT:
                _, begin, size = element(data, tag_at)
                size -= begin
            if begin + size != stop:
                raise ValueError("a variable whose parts do not fill it")
            add((data[at + 2 : tag_at], data[tag_at], data[begin:stop]))
            at = stop
    except IndexError:
        raise ValueError("the variables are cut off") from None
    return found
