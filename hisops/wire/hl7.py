"""HL7 v2 messages: made and read as segments of fields (HL7 2.5, chapter 2)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STAMP = re.compile(r"(\d{8})(\d{2})?(\d{2})?(\d{2})?(?:\.\d{1,4})?([+-]\d{4})?")
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}


class Parties(NamedTuple):
    """Who sends and who receives, MSH-3 to MSH-6."""

    sender: str = "HISOPS"
    sender_facility: str = ""
    receiver: str = ""
    receiver_facility: str = ""


class Acknowledgement(NamedTuple):
    """What an answer says: MSA-1, MSA-2, a text for people, and MSH-7 in seconds since 1970."""

    code: str
    control_id: str
    text: str
    sent: float | None


def header(kind: str, control_id: str, now: datetime, parties: Parties, mode: str = "T") -> str:
    """An MSH segment; processing id `T` marks training data."""
    names = [escape(name) for name in parties]
    stamp = now.strftime("%Y%m%d%H%M%S%z")
    fields = ["MSH", "^~\\&", *names, stamp, "", kind, escape(control_id), mode, "2.5"]
    return "|".join(fields)


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment with these fields by number, each one component or several joined by `^`."""
    last = max(fields, default=0)
    return "|".join([name, *(fields.get(index, "") for index in range(1, last + 1))])


def join(segments: Iterable[str]) -> bytes:
    """A message in UTF-8; each segment ends with a carriage return."""
    return "".join(f"{segment}\r" for segment in segments).encode()


def acknowledgement(message: bytes) -> Acknowledgement:
    """The answer to a message; raises ValueError when it is not one."""
    text = message.decode("utf-8", "replace")
    segments = [line for line in re.split(r"[\r\n]+", text) if line]
    if not segments or not segments[0].startswith("MSH") or len(segments[0]) < 8:  # noqa: PLR2004
        raise ValueError("the answer is no HL7 message: it does not begin with MSH")
    mark = segments[0][3]
    rows = {line[:3]: line.split(mark) for line in reversed(segments)}
    if "MSA" not in rows:
        raise ValueError("the answer has no MSA segment")
    said = field(rows["MSA"], 3) or field(rows.get("ERR", []), 8)
    # MSH-1 is the mark itself, so MSH-7 is the seventh piece counted from "MSH" as the first.
    sent = seconds(field(rows["MSH"], 6))
    return Acknowledgement(field(rows["MSA"], 1), field(rows["MSA"], 2), said[:200], sent)


def field(row: list[str], index: int) -> str:
    """A field of a segment without blanks; empty when the segment is shorter."""
    return row[index].strip() if index < len(row) else ""


def seconds(stamp: str) -> float | None:
    """A time stamp in seconds since 1970; without an offset it is local time. None when it is none."""
    match = _STAMP.fullmatch(stamp)
    if match is None:
        return None
    clock = "".join(part or "00" for part in match.group(2, 3, 4))
    try:
        when = datetime.strptime(match[1] + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007 - zone follows
    except ValueError:
        return None
    offset = match[5]
    if offset:
        span = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
        when = when.replace(tzinfo=timezone(-span if offset[0] == "-" else span))
    return when.timestamp()


def escape(text: str) -> str:
    """A text in which nothing is taken for a separator."""
    clean = "".join(_ESCAPES.get(letter, letter) for letter in text)
    return clean.replace("\r", " ").replace("\n", " ")
