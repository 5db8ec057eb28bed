"""Modbus/TCP: reading coils, inputs and registers.

Formats: MODBUS Messaging on TCP/IP Implementation Guide V1.0b (header) and MODBUS Application
Protocol V1.1b3 (functions 1 to 4, exceptions). Nothing here can write.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError

if TYPE_CHECKING:
    from hisops.core.net import Stream

PORT = 502
COIL, DISCRETE, HOLDING, INPUT = 1, 2, 3, 4
MOST_BITS, MOST_REGISTERS = 2000, 125
_HEADER = struct.Struct(">HHHB")
_QUESTION = struct.Struct(">BHH")
_EXCEPTION = 0x80
_EXCEPTIONS = {
    1: ("the device does not know this kind of table", "see its manual for coil, input, holding"),
    2: ("there is no such address", "addresses count from 0: 40001 of a manual is holding 0"),
    3: ("the count is not allowed", "see its manual"),
    4: ("the device failed", "look at the device"),
    6: ("the device is busy", "ask less often"),
    10: ("the gateway has no way to the unit", "see the number of the unit"),
    11: ("the unit behind the gateway does not answer", "see the number of the unit and its bus"),
}


def ask(transaction: int, unit: int, function: int, address: int, count: int) -> bytes:
    """A question for `count` bits or registers from an address (from 0) on."""
    body = _QUESTION.pack(function, address, count)
    return _HEADER.pack(transaction, 0, len(body) + 1, unit) + body


def bits(body: bytes, function: int, count: int) -> list[bool]:
    """Bits of an answer; raises OpsError for an exception, ValueError for nonsense."""
    data = _data(body, function, (count + 7) // 8)
    return [bool(data[n // 8] >> n % 8 & 1) for n in range(count)]


def registers(body: bytes, function: int, count: int) -> list[int]:
    """Registers of an answer; raises as `bits`."""
    return list(struct.unpack(f">{count}H", _data(body, function, 2 * count)))


async def read(
    stream: Stream, transaction: int, unit: int, function: int, address: int, count: int
) -> list[int]:
    """Values from one table, bits as 0 and 1; raises as `bits`."""
    await stream.send(ask(transaction, unit, function, address, count))
    number, protocol, length, _ = _HEADER.unpack(await stream.exactly(_HEADER.size))
    if number != transaction or protocol != 0:
        raise ValueError("an answer to another question")
    if not 2 <= length - 1 <= 2 * MOST_REGISTERS + 3:  # noqa: PLR2004 - an exception has two bytes
        raise ValueError(f"an answer of {length} bytes")
    body = await stream.exactly(length - 1)
    if function in (COIL, DISCRETE):
        return [int(bit) for bit in bits(body, function, count)]
    return registers(body, function, count)


def _data(body: bytes, function: int, size: int) -> bytes:
    if body[0] == function | _EXCEPTION:
        cause, fix = _EXCEPTIONS.get(body[1], (f"exception {body[1]}", "see its manual"))
        raise OpsError(cause, fix=fix)
    if body[0] != function:
        raise ValueError(f"function {body[0]} instead of {function}")
    if body[1] != size or len(body) != size + 2:
        raise ValueError(f"{len(body) - 2} bytes of data instead of {size}")
    return body[2:]
