"""Regular expressions of modules: compiled once, and refused early when they are none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression; raises ValueError."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether the text holds what the expression means."""
    return compiled(pattern).search(text) is not None


def check(patterns: Iterable[str]) -> None:
    """Raise ValueError for the first that cannot be compiled."""
    for pattern in patterns:
        compiled(pattern)
