"""Values inside JSON by a path such as `checks[0].status`."""

from __future__ import annotations

import re

import msgspec

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,9})\]")


def decode(data: bytes) -> object:
    """The document; raises ValueError for what is no JSON or nested without end."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def steps(path: str) -> list[str | int]:
    """Keys and places of a path, `$.` in front allowed; raises ValueError for no path."""
    rest = path.removeprefix("$")
    found: list[str | int] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            raise ValueError(f"{path!r} is no path such as checks[0].status")
        found.append(int(match[2]) if match[2] else match[1])
        at = match.end()
    return found


def find(document: object, path: str) -> object:
    """The value at a path; raises ValueError where the document has none."""
    here = document
    for step in steps(path):
        if isinstance(step, int) and isinstance(here, list) and step < len(here):
            here = here[step]
        elif isinstance(here, dict) and str(step) in here:
            here = here[str(step)]
        else:
            raise ValueError(f"there is no {path}")
    return here
