"""Redis' protocol RESP2 (redis.io/docs, Redis serialization protocol): one command, one answer.

Sizes, depth and the number of items are bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.wire.table import MOST_MESSAGE_BYTES, Declined, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.net import Stream

Reply = str | int | None | list["Reply"]
_MOST_ITEMS, _MOST_DEPTH, _MOST_LINE = 1000, 4, 4096


async def ask(stream: Stream, *words: str) -> Reply:
    """The answer to one command; raises Declined with the server's words, ValueError for no Redis."""
    await stream.send(command(words))
    return await _reply(stream, 0)


def command(words: Sequence[str]) -> bytes:
    """A command as the server reads it."""
    parts = [word.encode() for word in words]
    body = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n%s" % (len(parts), body)


async def _reply(stream: Stream, depth: int) -> Reply:
    line = (await stream.until(b"\r\n", _MOST_LINE))[:-2]
    kind, rest = line[:1], line[1:]
    if kind == b"+":
        return printable(rest)
    if kind == b"-":
        raise Declined(printable(rest), state=printable(rest.partition(b" ")[0]))
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return await _bulk(stream, int(rest))
    if kind != b"*" or depth >= _MOST_DEPTH:
        raise ValueError(f"no Redis: {printable(line, 40)!r}")
    count = int(rest)
    if count > _MOST_ITEMS:
        raise ValueError(f"a list of {count} items")
    return [await _reply(stream, depth + 1) for _ in range(count)] if count >= 0 else None


async def _bulk(stream: Stream, size: int) -> str | None:
    if size < 0:
        return None
    if size > MOST_MESSAGE_BYTES:
        raise ValueError(f"a value of {size} bytes")
    return (await stream.exactly(size + 2))[:-2].decode(errors="replace")
