"""Numbered replies of line protocols such as SMTP: `250-first`, `250 last` (RFC 5321, 4.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hisops.core.net import Stream

_LINE = re.compile(r"(\d{3})([ -]?)(.*)")
_LONGEST_LINE = 4096
_MOST_LINES = 200


class LineReply(NamedTuple):
    """The code and the texts of all lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Code and last line, for people."""
        return f"{self.code} {self.lines[-1][:120]}".strip()


async def receive(stream: Stream) -> LineReply:
    """The next reply; raises ValueError for anything else."""
    lines: list[str] = []
    for _ in range(_MOST_LINES):
        raw = (await stream.until(b"\n", _LONGEST_LINE)).decode(errors="replace").rstrip("\r\n")
        match = _LINE.fullmatch(raw)
        if match is None:
            raise ValueError(f"not a reply: {raw[:80]!r}")
        lines.append(match[3])
        if match[2] != "-":
            return LineReply(int(match[1]), tuple(lines))
    raise ValueError(f"a reply of more than {_MOST_LINES} lines")


async def command(stream: Stream, line: str) -> LineReply:
    """The reply to one command."""
    await stream.send(line.encode("ascii", "replace") + b"\r\n")
    return await receive(stream)
