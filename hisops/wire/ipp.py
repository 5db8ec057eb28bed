"""IPP messages as bytes and values: operations of a printer and what it answers (RFC 8010, 8011)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

GET_JOBS, GET_PRINTER = 0x000A, 0x000B
_OPERATION, _JOB, _END = 0x01, 0x02, 0x03
_FIRST_VALUE = 0x10
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_URI, _KEYWORD, _CHARSET, _LANGUAGE = 0x45, 0x44, 0x47, 0x48
_TEXT = range(0x41, 0x4A)
_GOOD = 0x00FF  # successful-ok and its variants
_MOST_VALUES = 20_000
_HEAD = struct.Struct(">HHI")

Attribute = int | bool | str


class Answer(NamedTuple):
    """Status, and the groups of attributes behind the first one; each name has its values."""

    status: int
    groups: tuple[dict[str, tuple[Attribute, ...]], ...]

    @property
    def is_good(self) -> bool:
        """Whether the printer did what it was asked."""
        return self.status <= _GOOD


def ask(operation: int, uri: str, wanted: Iterable[str]) -> bytes:
    """A request for attributes of a printer, or of its waiting jobs."""
    body = _HEAD.pack(0x0101, operation, 1) + bytes((_OPERATION,))
    body += _attribute(_CHARSET, "attributes-charset", "utf-8")
    body += _attribute(_LANGUAGE, "attributes-natural-language", "en")
    body += _attribute(_URI, "printer-uri", uri)
    name = "requested-attributes"
    for word in wanted:
        body += _attribute(_KEYWORD, name, word)
        name = ""  # more values of the same attribute
    return body + bytes((_END,))


def parse(data: bytes) -> Answer:
    """A printer's answer; raises ValueError."""
    try:
        _, status, _ = _HEAD.unpack_from(data)
        return Answer(status, tuple(_groups(data)))
    except (struct.error, IndexError):
        raise ValueError("an IPP answer is cut off") from None


def _groups(data: bytes) -> list[dict[str, tuple[Attribute, ...]]]:
    groups: list[dict[str, tuple[Attribute, ...]]] = []
    at, name = _HEAD.size, ""
    for _ in range(_MOST_VALUES):
        tag = data[at]
        if tag == _END:
            return groups
        if tag < _FIRST_VALUE:
            if tag != _OPERATION:
                groups.append({})
            at, name = at + 1, ""
            continue
        key, at = _sized(data, at + 1)
        raw, at = _sized(data, at)
        name = key.decode("ascii", "replace") or name
        value = _value(tag, raw)
        if groups and value is not None:
            groups[-1][name] = (*groups[-1].get(name, ()), value)
    raise ValueError(f"an IPP answer of more than {_MOST_VALUES} values")


def _value(tag: int, raw: bytes) -> Attribute | None:
    """A value of the kinds that are looked at; None for the others."""
    if tag in (_INTEGER, _ENUM):
        return int(struct.unpack(">i", raw)[0])
    if tag == _BOOLEAN:
        return raw != b"\0"
    return raw.decode(errors="replace") if tag in _TEXT else None


def _attribute(tag: int, name: str, value: str) -> bytes:
    raw, key = value.encode(), name.encode()
    return bytes((tag,)) + struct.pack(">H", len(key)) + key + struct.pack(">H", len(raw)) + raw


def _sized(data: bytes, at: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from(">H", data, at)
    if at + 2 + size > len(data):
        raise ValueError("an IPP value is cut off")
    return data[at + 2 : at + 2 + size], at + 2 + size
