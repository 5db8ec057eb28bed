"""What a DICOM peer says, written down for a Canned stream."""

import struct

from hisops.wire.dicom import pdu
from hisops.wire.dicom.dataset import encode, short
from hisops.wire.dicom.service import SUCCESS


def accept(*contexts: int, most: int = 16384, refuse: tuple[int, ...] = ()) -> bytes:
    """A-ASSOCIATE-AC of these contexts in implicit VR little endian."""
    syntax = pdu._item(0x40, pdu.IMPLICIT.encode())
    items = [pdu._item(0x21, bytes((n, 0, 0, 0)) + syntax) for n in contexts]
    items += [pdu._item(0x21, bytes((n, 0, 3, 0)) + syntax) for n in refuse]
    user = pdu._item(0x50, pdu._item(0x51, struct.pack(">I", most)))
    return pdu.frame(pdu.ACCEPT, bytes(68) + b"".join(items) + user)


def reject(result: int, source: int, reason: int) -> bytes:
    """A-ASSOCIATE-RJ."""
    return pdu.frame(pdu.REJECT, bytes((0, result, source, reason)))


def answer(field: int, status: int = SUCCESS, data: dict | None = None, context: int = 1) -> bytes:
    """A DIMSE response, with a data set."""
    command = {
        0x00000100: short(field | 0x8000),
        0x00000800: short(0x0101 if data is None else 1),
        0x00000900: short(status),
    }
    parts = pdu.fragments(context, encode(command), 16384, command=True)
    if data is not None:
        parts += pdu.fragments(context, encode(data), 16384, command=False)
    return b"".join(parts)


RELEASED = pdu.frame(pdu.RELEASED, bytes(4))
