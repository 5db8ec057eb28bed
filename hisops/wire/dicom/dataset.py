"""DICOM data sets in implicit VR little endian (PS3.5, 7 and A.1).

A set is a mapping of tag to bytes, or to a tuple of sets for a sequence. The implicit form names no
types, so texts are padded by whoever makes the value: `text` and `uid` do.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

DataSet = dict[int, "bytes | tuple[DataSet, ...]"]

DEPTH = 8
UNDEFINED = 0xFFFFFFFF
_ITEM = 0xFFFEE000
_ITEM_END = 0xFFFEE00D
_SEQUENCE_END = 0xFFFEE0DD
_HEAD = struct.Struct("<HHI")

CHARACTER_SET = 0x00080005
SOP_CLASS = 0x00080016
SOP_INSTANCE = 0x00080018
STUDY_DATE = 0x00080020
STUDY_TIME = 0x00080030
ACCESSION = 0x00080050
LEVEL = 0x00080052
MODALITY = 0x00080060
PATIENT_NAME = 0x00100010
PATIENT_ID = 0x00100020
STUDY = 0x0020000D
SERIES = 0x0020000E
STEPS = 0x00400100
STATION = 0x00400001
STEP_DATE = 0x00400002
PIXELS = 0x7FE00010

# Sequences of the answers that we read; one of undefined length is known by its length.
_SEQUENCES = frozenset((STEPS, 0x00400008, 0x00081110, 0x00081120, 0x00321064))


def text(value: str) -> bytes:
    """A text padded to an even length with a space."""
    raw = value.encode()
    return raw + b" " * (len(raw) % 2)


def uid(value: str) -> bytes:
    """A unique identifier padded to an even length with a zero byte."""
    raw = value.encode("ascii")
    return raw + b"\0" * (len(raw) % 2)


def short(value: int) -> bytes:
    """An unsigned 16-bit number."""
    return struct.pack("<H", value)


def encode(values: Mapping[int, bytes | tuple[DataSet, ...]]) -> bytes:
    """The set as bytes, in the order of its tags."""
    parts: list[bytes] = []
    for tag in sorted(values):
        value = values[tag]
        raw = value if isinstance(value, bytes) else b"".join(map(_item, value))
        parts += (_HEAD.pack(tag >> 16, tag & 0xFFFF, len(raw)), raw)
    return b"".join(parts)


def decode(data: bytes) -> DataSet:
    """The set; raises ValueError where the bytes are none."""
    found, end = _decode(data, 0, len(data), 0)
    if end != len(data):
        raise ValueError("a data set ends too early")
    return found


def string(values: DataSet, tag: int) -> str:
    """A text without its padding; empty when the set has none.

    Only ASCII parts are of use to a probe; other characters are replaced, whatever their set is.
    """
    value = values.get(tag, b"")
    return value.decode("ascii", "replace").strip(" \0") if isinstance(value, bytes) else ""


def number(values: DataSet, tag: int) -> int:
    """An unsigned number of two or four bytes; raises ValueError when the set has none."""
    value = values.get(tag, b"")
    if not isinstance(value, bytes) or len(value) not in (2, 4):
        raise ValueError(f"no number at {tag:#010x}")
    return int.from_bytes(value, "little")


def _item(values: DataSet) -> bytes:
    raw = encode(values)
    return _HEAD.pack(_ITEM >> 16, _ITEM & 0xFFFF, len(raw)) + raw


def _decode(data: bytes, at: int, end: int, depth: int) -> tuple[DataSet, int]:
    """The elements from `at` to `end` or to a delimiter, and where they stop."""
    if depth > DEPTH:
        raise ValueError(f"a data set with more than {DEPTH} levels")
    found: DataSet = {}
    while at < end:
        tag, length, at = _head(data, at, end)
        if tag == _ITEM_END:
            return found, at
        if length == UNDEFINED or (tag in _SEQUENCES and length):
            found[tag], at = _sequence(data, at, end if length == UNDEFINED else at + length, depth)
        else:
            found[tag] = data[at : at + length]
            at += length
        if at > end:
            raise ValueError(f"the element {tag:#010x} is longer than its data set")
    return found, at


def _sequence(data: bytes, at: int, end: int, depth: int) -> tuple[tuple[DataSet, ...], int]:
    items = []
    while at < end:
        tag, length, at = _head(data, at, end)
        if tag == _SEQUENCE_END:
            break
        if tag != _ITEM:
            raise ValueError(f"a sequence holds {tag:#010x} where an item should be")
        stop = min(end, len(data)) if length == UNDEFINED else at + length
        if stop > len(data):
            raise ValueError("an item is longer than its data set")
        item, at = _decode(data, at, stop, depth + 1)
        items.append(item)
    return tuple(items), at


def _head(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    if at + 8 > min(end, len(data)):
        raise ValueError("a data set ends inside of an element")
    group, element, length = _HEAD.unpack_from(data, at)
    return group << 16 | element, length, at + 8
