"""JSON of a peer as typed values: anything else is a ValueError."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")


def decode(body: bytes, kind: type[T]) -> T:
    """JSON as values of a kind; raises ValueError where it is not."""
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not the JSON that was expected: {error}") from None
