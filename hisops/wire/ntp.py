"""SNTP: a question to a time server and what the answer says (RFC 5905)."""

from __future__ import annotations

import struct
from typing import NamedTuple

_PACKET = struct.Struct(">BBbb I I 4s 4Q".replace(" ", ""))
_CLIENT = 0x23  # version 4, mode 3
_SERVER_MODE = 4
_UNSYNCHRONISED = 3
_FROM_1900 = 2_208_988_800
_ERA = 2**32
_MOST_STRATUM = 15


class Answer(NamedTuple):
    """What a server says about the time and about itself; positive offsets are ahead of us."""

    offset_seconds: float
    delay_seconds: float
    stratum: int
    leap: int
    root_delay_seconds: float
    root_dispersion_seconds: float
    reference: str
    reference_age_seconds: float

    @property
    def problem(self) -> str:
        """Why this server must not be followed; empty when it may (RFC 5905, 11.1)."""
        if self.stratum == 0 and self.reference:
            return f"it refuses to serve: {self.reference}"
        if self.leap == _UNSYNCHRONISED or not 0 < self.stratum <= _MOST_STRATUM:
            return "it is not synchronised itself"
        return ""


def ask(cookie: bytes) -> bytes:
    """A question; the cookie of 8 bytes stands where our time would, and comes back."""
    return bytes((_CLIENT,)) + bytes(39) + cookie


def accepts(cookie: bytes, data: bytes) -> bool:
    """Whether this is the answer to the question with this cookie."""
    return len(data) >= _PACKET.size and data[24:32] == cookie and data[0] & 7 == _SERVER_MODE


def parse(data: bytes, sent: float, received: float) -> Answer:
    """An answer, by our clock's seconds when we sent and received; raises ValueError."""
    try:
        fields = _PACKET.unpack_from(data)
    except struct.error:
        raise ValueError("an NTP packet is cut off") from None
    mark, stratum, _, _, delay, dispersion, reference, then, _, arrived, left = fields
    here, gone = _seconds(arrived, sent), _seconds(left, sent)
    return Answer(
        offset_seconds=((here - sent) + (gone - received)) / 2,
        delay_seconds=max(0.0, (received - sent) - (gone - here)),
        stratum=stratum,
        leap=mark >> 6,
        root_delay_seconds=delay / 65536,
        root_dispersion_seconds=dispersion / 65536,
        reference=_reference(reference, stratum),
        reference_age_seconds=max(0.0, gone - _seconds(then, sent)) if then else 0.0,
    )


def _seconds(stamp: int, near: float) -> float:
    """An NTP timestamp as seconds since 1970, in the era that is nearest (it wraps in 2036)."""
    seconds = stamp / 2**32 - _FROM_1900
    return seconds + round((near - seconds) / _ERA) * _ERA


def _reference(raw: bytes, stratum: int) -> str:
    if stratum > 1:
        return ".".join(map(str, raw))
    return "".join(chr(c) for c in raw if 0x21 <= c <= 0x7E)  # noqa: PLR2004 - printable
