"""Values inside JSON by a path such as `checks[0].status`, `queues[*].length`, `$['a.b'][-1]`."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_FOUND = 500
_STEP = re.compile(
    r"\.?(?P<key>[^.\[\]'\"]+)|\[(?P<index>-?\d{1,9}|\*)\]|\[(?P<quote>['\"])(?P<word>.*?)(?P=quote)\]"
)


class Found(NamedTuple):
    """A value, and the key or index that the last `*` on the way stood for."""

    value: object
    key: str = ""


def decode(data: bytes) -> object:
    """The document; raises ValueError for what is no JSON or nested without end."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


@cache
def steps(path: str) -> tuple[str | int, ...]:
    """Keys and places of a path, `$` in front allowed; raises ValueError for no path."""
    rest = path.strip().removeprefix("$")
    found: list[str | int] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            raise ValueError(f"{path!r} is no path such as checks[0].status")
        index = match["index"]
        is_place = index is not None and index != "*"
        found.append(int(index) if is_place else index or match["key"] or match["word"])
        at = match.end()
    return tuple(found)


def find(document: object, path: str) -> object:
    """The value at a path, the first where `*` stands for many; raises ValueError for none."""
    for found in find_each(document, path):
        return found.value
    raise ValueError(f"there is no {path}")


def find_each(document: object, path: str) -> list[Found]:
    """All that stands at a path, the first 500 where `*` stands for many."""
    found = [Found(document)]
    for step in steps(path):
        below = (each for place in found for each in _below(place, step))
        found = list(islice(below, _MOST_FOUND))
    return found


def _below(at: Found, step: str | int) -> Iterator[Found]:
    value = at.value
    if isinstance(value, dict):
        if step == "*":
            yield from (Found(each, str(key)) for key, each in value.items())
        elif str(step) in value:
            yield Found(value[str(step)], at.key)
    elif isinstance(value, list):
        if step == "*":
            yield from (Found(each, str(index)) for index, each in enumerate(value))
        elif isinstance(step, int) and -len(value) <= step < len(value):
            yield Found(value[step], at.key)
