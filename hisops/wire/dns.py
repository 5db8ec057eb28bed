"""DNS messages as bytes and values (RFC 1035): a question, and the records of an answer."""

from __future__ import annotations

import struct
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from collections.abc import Callable

CLASS_IN = 1
_HEADER = struct.Struct(">HHHHHH")
_TAIL = struct.Struct(">HHIH")
_RESPONSE, _TRUNCATED, _AUTHORITATIVE, _RECURSE = 0x8000, 0x0200, 0x0400, 0x0100
_POINTER = 0xC0
_LONGEST_NAME = 255
_LONGEST_LABEL = 63
_MOST_JUMPS = 32
_RCODES = [
    "NOERROR",
    "FORMERR",
    "SERVFAIL",
    "NXDOMAIN",
    "NOTIMP",
    "REFUSED",
    "YXDOMAIN",
    "YXRRSET",
    "NXRRSET",
    "NOTAUTH",
    "NOTZONE",
]


class Type(IntEnum):
    """Kinds of records (iana.org/assignments/dns-parameters)."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    MX = 15
    TXT = 16
    AAAA = 28
    SRV = 33
    ANY = 255
    CAA = 257


class Record(NamedTuple):
    """A resource record; names end in a dot, data is written as in a zone file."""

    name: str
    type: int
    ttl_seconds: int
    data: str

    @property
    def text(self) -> str:
        """One line as dig and blackbox_exporter write it, with tabs."""
        return f"{self.name}\t{self.ttl_seconds}\tIN\t{_type_name(self.type)}\t{self.data}"


class Answer(NamedTuple):
    """An answer whose question is not checked yet."""

    id: int
    rcode: str
    is_truncated: bool
    is_authoritative: bool
    question: tuple[str, int, int]
    answers: tuple[Record, ...]
    authorities: tuple[Record, ...]
    extras: tuple[Record, ...]


def ask(id: int, name: str, kind: int, *, recurse: bool = True) -> bytes:
    """A question of class IN; raises OpsError for a name that is none."""
    head = _HEADER.pack(id, _RECURSE if recurse else 0, 1, 0, 0, 0)
    return head + encode_name(name) + struct.pack(">HH", kind, CLASS_IN)


def echoes(question: bytes, answer: bytes) -> bool:
    """Whether this is an answer to that question: id, name, type and class repeated.

    A server may answer FORMERR without repeating the question.
    """
    if len(answer) < _HEADER.size or answer[:2] != question[:2] or not answer[2] & 0x80:
        return False
    body = question[_HEADER.size :]
    here = answer[_HEADER.size : _HEADER.size + len(body)]
    if here == body or here.lower() == body.lower():
        return answer[4:6] == b"\0\1"
    return answer[3] & 0x0F == 1 and answer[4:6] == b"\0\0"


def is_truncated(answer: bytes) -> bool:
    """Whether an answer says that it is cut, so that TCP has to be asked."""
    return len(answer) >= _HEADER.size and bool(answer[2] & _TRUNCATED >> 8)


def reverse(address: str) -> str:
    """The name whose PTR record tells the name of an address."""
    try:
        found = IPv6Address(address) if ":" in address else IPv4Address(address)
    except ValueError:
        raise OpsError(f"{address!r} is not an address", code=Exit.USAGE) from None
    return found.reverse_pointer + "."


def parse(data: bytes) -> Answer:
    """An answer's parts; raises ValueError."""
    try:
        id, flags, questions, *counts = _HEADER.unpack_from(data)
        if not flags & _RESPONSE:
            raise ValueError("a question came back")
        at, question = _HEADER.size, ("", 0, 0)
        for _ in range(questions):
            name, at = decode_name(data, at)
            question = (name, *struct.unpack_from(">HH", data, at))
            at += 4
        sections: list[tuple[Record, ...]] = []
        for count in counts:
            records, at = _records(data, at, count)
            sections.append(records)
    except (struct.error, IndexError):
        raise ValueError("a DNS message is cut off") from None
    code = flags & 0x0F
    rcode = _RCODES[code] if code < len(_RCODES) else f"RCODE{code}"
    marks = (bool(flags & _TRUNCATED), bool(flags & _AUTHORITATIVE))
    return Answer(id, rcode, *marks, question, *sections)


def encode_name(name: str) -> bytes:
    """A name as labels; raises OpsError."""
    try:
        labels = (
            [
                label.encode("idna") if not label.isascii() else label.encode()
                for label in name.rstrip(".").split(".")
            ]
            if name.strip(".")
            else []
        )
    except UnicodeError:
        labels = [b""]
    out = b"".join(bytes((len(label) & 0xFF,)) + label for label in labels) + b"\0"
    if len(out) > _LONGEST_NAME or any(not 0 < len(one) <= _LONGEST_LABEL for one in labels):
        raise OpsError(f"{name[:80]!r} is not a name that DNS can hold", code=Exit.USAGE)
    return out


def decode_name(data: bytes, at: int) -> tuple[str, int]:
    """A name with its final dot, and where the next field begins; raises ValueError, IndexError."""
    labels: list[str] = []
    end, length = 0, 0
    for _ in range(_MOST_JUMPS + _LONGEST_NAME):
        size = data[at]
        if size >= _POINTER:
            end = end or at + 2
            there = (size & 0x3F) << 8 | data[at + 1]
            if there >= at:
                raise ValueError("a compressed name points forward")
            at = there
        elif size > _LONGEST_LABEL:
            raise ValueError("a label of an unknown kind")
        elif size == 0:
            return ".".join(labels) + ".", end or at + 1
        else:
            length += size + 1
            if length > _LONGEST_NAME or at + 1 + size > len(data):
                raise ValueError("a name is too long or cut off")
            labels.append(_printable(data[at + 1 : at + 1 + size]))
            at += 1 + size
    raise ValueError("a name never ends")


def _records(data: bytes, at: int, count: int) -> tuple[tuple[Record, ...], int]:
    records = []
    for _ in range(count):
        name, at = decode_name(data, at)
        kind, _, ttl, size = _TAIL.unpack_from(data, at)
        at += _TAIL.size
        if at + size > len(data):
            raise ValueError("a record is cut off")
        records.append(Record(name, kind, ttl, _value(data, at, size, kind)))
        at += size
    return tuple(records), at


def _value(data: bytes, at: int, size: int, kind: int) -> str:
    """The data of a record as a zone file writes it; unknown kinds as RFC 3597 says."""
    reader = _READERS.get(kind)
    if reader is None or (kind in _SIZES and size != _SIZES[kind]):
        return f"\\# {size} {data[at : at + size].hex()}"
    return reader(data, at, size)


def _mail(data: bytes, at: int, _size: int) -> str:
    return f"{struct.unpack_from('>H', data, at)[0]} {decode_name(data, at + 2)[0]}"


def _service(data: bytes, at: int, _size: int) -> str:
    numbers = " ".join(map(str, struct.unpack_from(">HHH", data, at)))
    return f"{numbers} {decode_name(data, at + 6)[0]}"


def _start(data: bytes, at: int, _size: int) -> str:
    server, at = decode_name(data, at)
    mail, at = decode_name(data, at)
    return " ".join(map(str, (server, mail, *struct.unpack_from(">IIIII", data, at))))


def _texts(data: bytes, at: int, size: int) -> str:
    return " ".join(f'"{_printable(one, keep=b". ")}"' for one in _strings(data[at : at + size]))


_READERS: dict[int, Callable[[bytes, int, int], str]] = {
    Type.A: lambda data, at, _: ".".join(map(str, data[at : at + 4])),
    Type.AAAA: lambda data, at, _: str(IPv6Address(data[at : at + 16])),
    Type.NS: lambda data, at, _: decode_name(data, at)[0],
    Type.CNAME: lambda data, at, _: decode_name(data, at)[0],
    Type.PTR: lambda data, at, _: decode_name(data, at)[0],
    Type.MX: _mail,
    Type.SRV: _service,
    Type.SOA: _start,
    Type.TXT: _texts,
}
_SIZES: dict[int, int] = {Type.A: 4, Type.AAAA: 16}


def _strings(raw: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(raw):
        found.append(raw[at + 1 : at + 1 + raw[at]])
        at += 1 + raw[at]
    return found


def _printable(label: bytes, keep: bytes = b"") -> str:
    """A label with dots, quotes and what cannot be printed escaped as in zone files."""
    if label.isalnum() and label.isascii():
        return label.decode()
    return "".join(
        chr(c) if c in keep or (0x21 <= c <= 0x7E and c not in b'."\\') else f"\\{c:03d}"  # noqa: PLR2004
        for c in label
    )


def _type_name(kind: int) -> str:
    return Type(kind).name if kind in Type._value2member_map_ else f"TYPE{kind}"
