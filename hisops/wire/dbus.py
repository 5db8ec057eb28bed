"""Messages of D-Bus, as far as asking questions on this machine needs them.

Source: D-Bus Specification 0.43, "Type System" and "Message Protocol". Standard library only: the
agent loads this file.
"""

from __future__ import annotations

import sys
from struct import Struct, error
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hisops.core.machine import Answer, Call, Datum

    Take = Callable[[bytes, int], tuple[Datum, int]]

HEAD_BYTES = 16
# The specification allows 128 MiB; the longest list of units is far below this.
MOST_BYTES = 16 * 1024 * 1024
_MOST_NESTED = 16
_MOST_KNOWN = 64
_KNOWN: dict[str, list[Take]] = {}
_CALL, _ERROR = 1, 3
_NO_AUTO_START = 2
_ENDIAN = b"l" if sys.byteorder == "little" else b"B"
_HEAD = Struct("=cBBBIII")
_U32 = Struct("=I")
# Code, alignment: the number types, in the letters of the specification and of struct.
_NUMBERS = {
    "y": Struct("=B"),
    "n": Struct("=h"),
    "q": Struct("=H"),
    "i": Struct("=i"),
    "u": Struct("=I"),
    "x": Struct("=q"),
    "t": Struct("=Q"),
    "d": Struct("=d"),
    "h": Struct("=I"),
}
_TEXTS = {"s": 4, "o": 4, "g": 1}
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _DESTINATION, _SIGNATURE = (
    1, 2, 3, 4, 5, 6, 8,
)  # fmt: skip


class Reply(NamedTuple):
    """A message: the call that it answers (0: none), the name of an error, and its values."""

    serial: int
    error: str
    values: Answer


def encode(call: Call, serial: int, destination: str) -> bytes:
    """A method call of a service."""
    body, signature = b"", ""
    for argument in call.arguments:
        if isinstance(argument, str):
            body, signature = body + _pad(body, 4) + _text(argument), signature + "s"
        else:
            texts = b""
            for each in argument:
                texts += _pad(texts, 4) + _text(each)
            body += _pad(body, 4) + _U32.pack(len(texts)) + texts
            signature += "as"
    fields = [
        (_PATH, "o", call.path),
        (_INTERFACE, "s", call.interface),
        (_MEMBER, "s", call.member),
        (_DESTINATION, "s", destination),
        (_SIGNATURE, "g", signature),
    ]
    rows = b""
    for code, kind, text in fields if signature else fields[:-1]:
        rows += _pad(rows, 8) + bytes((code, 1)) + kind.encode() + b"\0"
        rows += _short(text) if kind == "g" else _text(text)
    head = _HEAD.pack(_ENDIAN, _CALL, _NO_AUTO_START, 1, len(body), serial, len(rows))
    return head + rows + _pad(rows, 8) + body


def size(head: bytes) -> int:
    """Length of the whole message that begins so; raises ValueError for what is no message."""
    endian, _kind, _flags, version, body, _serial, fields = _HEAD.unpack(head)
    if endian != _ENDIAN or version != 1:
        raise ValueError("this is no message of D-Bus")
    whole: int = HEAD_BYTES + _up(fields, 8) + body
    if whole > MOST_BYTES:
        raise ValueError(f"a message of {whole} bytes is too long")
    return whole


def decode(message: bytes) -> Reply:
    """A whole message; raises ValueError when it does not follow the specification."""
    try:
        fields, start = _fields(message)
        signature = str(fields.get(_SIGNATURE, ""))
        values, _ = _sequence(message[start:], 0, _compile(signature))
    except (error, IndexError, RecursionError, UnicodeDecodeError) as problem:
        raise ValueError(f"a damaged message of D-Bus: {problem}") from None
    told = str(fields.get(_ERROR_NAME, "")) if message[1] == _ERROR else ""
    serial = fields.get(_REPLY_SERIAL, 0)
    return Reply(serial if isinstance(serial, int) else 0, told, values)


def _fields(message: bytes) -> tuple[Mapping[int, Datum], int]:
    """Header fields by code, and where the body begins."""
    at, end = HEAD_BYTES, HEAD_BYTES + _U32.unpack_from(message, 12)[0]
    found: dict[int, Datum] = {}
    while at < end:
        at = _up(at, 8)
        code = message[at]
        found[code], at = _variant(message, at + 1)
    return found, _up(end, 8)


def _compile(signature: str, depth: int = 0) -> list[Take]:
    """One function for each complete type of the signature; those of few types are remembered."""
    takes = _KNOWN.get(signature)
    if takes is None:
        takes, rest = [], signature
        while rest:
            take, rest = _first(rest, depth)
            takes.append(take)
        if len(_KNOWN) < _MOST_KNOWN:
            _KNOWN[signature] = takes
    return takes


def _first(signature: str, depth: int) -> tuple[Take, str]:
    """The function for the first complete type, and the rest of the signature."""
    code = signature[0]
    if depth > _MOST_NESTED:
        raise ValueError("types are nested too deep")
    if code in _NUMBERS:
        return _number(_NUMBERS[code]), signature[1:]
    if code in _TEXTS:
        return _string if _TEXTS[code] == 4 else _signature, signature[1:]  # noqa: PLR2004 - bytes
    if code == "b":
        return _boolean, signature[1:]
    if code == "v":
        return _variant, signature[1:]
    if code == "a":
        take, rest = _first(signature[1:], depth + 1)
        return _array(take, _alignment(signature[1])), rest
    if code in "({":
        end = _closing(signature)
        if end == 1:
            raise ValueError("a structure of nothing")
        return _struct(_compile(signature[1:end], depth + 1)), signature[end + 1 :]
    raise ValueError(f"type {code!r} is unknown")


def _number(form: Struct) -> Take:
    width = form.size

    def take(data: bytes, at: int) -> tuple[Datum, int]:
        at = (at + width - 1) & -width
        return form.unpack_from(data, at)[0], at + width

    return take


def _string(data: bytes, at: int) -> tuple[Datum, int]:
    at = (at + 3) & ~3
    begin = at + 4
    end: int = begin + _U32.unpack_from(data, at)[0]
    if end >= len(data):
        raise IndexError("a text is cut short")
    return data[begin:end].decode(), end + 1


def _signature(data: bytes, at: int) -> tuple[Datum, int]:
    end = at + 1 + data[at]
    if end >= len(data):
        raise IndexError("a signature is cut short")
    return data[at + 1 : end].decode(), end + 1


def _boolean(data: bytes, at: int) -> tuple[Datum, int]:
    at = _up(at, 4)
    return _U32.unpack_from(data, at)[0] != 0, at + 4


def _variant(data: bytes, at: int) -> tuple[Datum, int]:
    signature, at = _signature(data, at)
    takes = _compile(str(signature))
    if len(takes) != 1:
        raise ValueError("a variant holds one value")
    return takes[0](data, at)


def _array(take: Take, alignment: int) -> Take:
    def collect(data: bytes, at: int) -> tuple[Datum, int]:
        at = _up(at, 4)
        length = _U32.unpack_from(data, at)[0]
        at = _up(at + 4, alignment)
        end = at + length
        if end > len(data):
            raise IndexError("a list is cut short")
        items: list[Datum] = []
        while at < end:
            item, at = take(data, at)
            items.append(item)
        return items, end

    return collect


def _struct(takes: list[Take]) -> Take:
    return lambda data, at: _sequence(data, _up(at, 8), takes)


def _sequence(data: bytes, at: int, takes: list[Take]) -> tuple[tuple[Datum, ...], int]:
    values = []
    for take in takes:
        value, at = take(data, at)
        values.append(value)
    return tuple(values), at


def _closing(signature: str) -> int:
    """Where the bracket at the beginning is closed."""
    depth = 0
    for index, code in enumerate(signature):
        depth += (code in "({") - (code in ")}")
        if depth == 0:
            return index
    raise ValueError("a signature lacks a closing bracket")


def _alignment(code: str) -> int:
    if code in _NUMBERS:
        return _NUMBERS[code].size
    return {"(": 8, "{": 8, "g": 1, "v": 1}.get(code, 4)


def _text(text: str) -> bytes:
    data = text.encode()
    return _U32.pack(len(data)) + data + b"\0"


def _short(text: str) -> bytes:
    return bytes((len(text),)) + text.encode() + b"\0"


def _pad(data: bytes, alignment: int) -> bytes:
    return b"\0" * (-len(data) % alignment)


def _up(number: int, alignment: int) -> int:
    return (number + alignment - 1) & -alignment
