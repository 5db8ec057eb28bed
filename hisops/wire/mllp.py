"""MLLP: HL7 messages over TCP, framed by control characters (HL7 minimal lower layer, release 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hisops.core.net import Stream

_START = b"\x0b"
_END = b"\x1c\r"
# An acknowledgement is a few hundred bytes; a peer that sends more is not one.
MOST_BYTES = 65536


async def exchange(stream: Stream, message: bytes) -> bytes:
    """The answer to a message; raises ValueError when its frame is broken."""
    await stream.send(_START + message + _END)
    answer = await stream.until(_END, MOST_BYTES)
    if not answer.startswith(_START):
        raise ValueError(f"the answer begins with {answer[:8]!r}, not with a vertical tab")
    return answer[1 : -len(_END)]
