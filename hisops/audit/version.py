"""The order of Debian versions (deb-version(7); dpkg's own algorithm, without running dpkg)."""

import re
from functools import lru_cache

Key = tuple[int, tuple[object, ...], tuple[object, ...]]

_PARTS = re.compile(r"(\D*)(\d*)")
_END: tuple[object, ...] = ((0,), 0)


@lru_cache(maxsize=1 << 16)  # a fleet has the same versions on most hosts
def key(version: str) -> Key:
    """What sorts as the version does: epoch, upstream version, revision."""
    epoch, colon, rest = version.partition(":")
    number, rest = (int(epoch), rest) if colon and epoch.isdecimal() else (0, version)
    upstream, dash, revision = rest.rpartition("-")
    return number, _order(upstream if dash else rest), _order(revision if dash else "")


def is_newer(version: str, than: str) -> bool:
    """Whether a version sorts after another one."""
    return key(version) > key(than)


def _order(text: str) -> tuple[object, ...]:
    """Alternately the weights of a run without digits, and a number; `~` sorts before the end."""
    parts: list[object] = []
    for letters, digits in _PARTS.findall(text or "0"):
        if letters or digits:
            parts += [(*map(_weight, letters), 0), int(digits or 0)]
    return (*parts, *_END)


def _weight(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256
