"""The upper layer's messages as bytes (PS3.8, section 9.3): association, data, release, abort."""

from __future__ import annotations

import struct
from typing import NamedTuple

ASSOCIATE, ACCEPT, REJECT, DATA, RELEASE, RELEASED, ABORT = 1, 2, 3, 4, 5, 6, 7

IMPLICIT = "1.2.840.10008.1.2"
_APPLICATION = "1.2.840.10008.3.1.1.1"
# A UUID of our own as a UID (PS3.5, B.2): no registered root is needed.
_IMPLEMENTATION = "2.25.104297420934870513390327471266915312241"

# What we take in one P-DATA-TF; more than a screen of answers, less than a flood.
TAKE = 65536
# PS3.8 lets a peer say 0 for "no limit"; then this much is sent at once.
GIVE = 65536


class Context(NamedTuple):
    """A service that is asked for; `serve` when the peer shall call us for it (C-GET)."""

    sop: str
    serve: bool = False


class Agreement(NamedTuple):
    """What a peer accepted: contexts by SOP class, and the most bytes that it takes at once."""

    contexts: dict[str, int]
    most: int


class Fragment(NamedTuple):
    """A piece of a message: of its command or of its data, the last one or not."""

    context: int
    command: bool
    last: bool
    data: bytes


def request(calling: str, called: str, contexts: tuple[Context, ...]) -> bytes:
    """A-ASSOCIATE-RQ for implicit VR little endian only."""
    items = [_item(0x10, _APPLICATION.encode())]
    for index, context in enumerate(contexts):
        inside = _item(0x30, context.sop.encode()) + _item(0x40, IMPLICIT.encode())
        items.append(_item(0x20, bytes((index * 2 + 1, 0, 0, 0)) + inside))
    user = _item(0x51, struct.pack(">I", TAKE)) + _item(0x52, _IMPLEMENTATION.encode())
    user += b"".join(_role(context.sop) for context in contexts if context.serve)
    items.append(_item(0x50, user + _item(0x55, b"HISOPS")))
    names = _title(called) + _title(calling)
    return frame(ASSOCIATE, struct.pack(">HH", 1, 0) + names + bytes(32) + b"".join(items))


def agreement(body: bytes, contexts: tuple[Context, ...]) -> Agreement:
    """What an A-ASSOCIATE-AC says; raises ValueError when it is none."""
    accepted: dict[str, int] = {}
    most = 0
    for kind, item in _items(body[68:]):
        if kind == 0x21 and len(item) >= 4 and item[2] == 0:  # noqa: PLR2004 - table 9-18
            index = item[0] // 2
            if item[0] % 2 == 0 or index >= len(contexts):
                raise ValueError(f"the peer accepts context {item[0]}, which nobody asked for")
            accepted[contexts[index].sop] = item[0]
        elif kind == 0x50:  # noqa: PLR2004 - user information
            for name, value in _items(item):
                if name == 0x51 and len(value) == 4:  # noqa: PLR2004 - maximum length
                    most = int.from_bytes(value, "big")
    if 0 < most < 128:  # noqa: PLR2004 - not one command would fit
        raise ValueError(f"the peer takes only {most} bytes at once")
    return Agreement(accepted, min(most or GIVE, GIVE))


def fragments(context: int, data: bytes, most: int, *, command: bool) -> list[bytes]:
    """P-DATA-TF messages that carry the data."""
    step = most - 6
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    return [
        frame(
            DATA,
            struct.pack(">IBB", len(piece) + 2, context, command | (piece is pieces[-1]) << 1)
            + piece,
        )
        for piece in pieces
    ]


def pieces(body: bytes) -> list[Fragment]:
    """The fragments inside a P-DATA-TF; raises ValueError when it is broken."""
    found, at = [], 0
    while at < len(body):
        if at + 6 > len(body):
            raise ValueError("a P-DATA-TF ends inside of a fragment's head")
        length, context, flags = struct.unpack_from(">IBB", body, at)
        if length < 2 or at + 4 + length > len(body):  # noqa: PLR2004 - context and flags
            raise ValueError("a fragment is longer than its P-DATA-TF")
        data = body[at + 6 : at + 4 + length]
        found.append(Fragment(context, bool(flags & 1), bool(flags & 2), data))
        at += 4 + length
    return found


def frame(kind: int, body: bytes) -> bytes:
    """A message of the upper layer."""
    return struct.pack(">BBI", kind, 0, len(body)) + body


def _role(sop: str) -> bytes:
    """SCP role for us: the peer sends C-STORE over our own association (PS3.7, D.3.3.4)."""
    raw = sop.encode()
    return _item(0x54, struct.pack(">H", len(raw)) + raw + b"\x00\x01")


def _item(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(body)) + body


def _items(body: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(body):
        if at + 4 > len(body):
            raise ValueError("an item of the association ends too early")
        kind, _, length = struct.unpack_from(">BBH", body, at)
        if at + 4 + length > len(body):
            raise ValueError("an item is longer than the association")
        found.append((kind, body[at + 4 : at + 4 + length]))
        at += 4 + length
    return found


def _title(name: str) -> bytes:
    raw = name.encode("ascii")
    if not 0 < len(raw) <= 16:  # noqa: PLR2004 - PS3.5, AE
        raise ValueError(f"an AE title has 1 to 16 characters, not {name!r}")
    return raw.ljust(16)
