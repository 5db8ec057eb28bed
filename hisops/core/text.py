"""Quantities as people write them in site files and read them on a screen."""

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BYTES |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?) ?([A-Za-z]+)")


class Duration:
    """A span of time written as `15 min`, `4s`, `1 d`; compares and hashes by its seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = float(seconds)

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """The span; raises ValueError with the expected form."""
        return cls(_quantity(text, _SECONDS, "a duration such as 15 min, 4 s, 1 h or 30 d"))

    def __str__(self) -> str:
        return span(self.seconds)

    def __repr__(self) -> str:
        return f"Duration({self.seconds:g})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and other.seconds == self.seconds

    def __hash__(self) -> int:
        return hash(self.seconds)


class Size:
    """A number of bytes written as `500MB`, `64 MiB`."""

    __slots__ = ("bytes",)

    def __init__(self, size_bytes: int) -> None:
        self.bytes = size_bytes

    @classmethod
    def parse(cls, text: str) -> "Size":
        """The size; raises ValueError with the expected form."""
        return cls(int(_quantity(text, _BYTES, "a size such as 500 MB or 64 MiB")))

    def __str__(self) -> str:
        return size(self.bytes)

    def __repr__(self) -> str:
        return f"Size({self.bytes})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and other.bytes == self.bytes

    def __hash__(self) -> int:
        return hash(self.bytes)


class Secret:
    """A reference to a secret, never the secret itself."""

    __slots__ = ("ref",)
    KINDS = ("env", "file", "credential", "cmd")

    def __init__(self, ref: str) -> None:
        self.ref = ref

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """The reference; raises ValueError for a literal, without repeating it."""
        kind, _, name = text.partition(":")
        if kind not in cls.KINDS or not name:
            raise ValueError("a reference env:NAME, file:PATH, credential:NAME or cmd:PROGRAM")
        return cls(text)

    @property
    def kind(self) -> str:
        """What stands before the colon, one of KINDS."""
        return self.ref.partition(":")[0]

    @property
    def name(self) -> str:
        """What stands behind the colon: a variable, a path, a credential or a command."""
        return self.ref.partition(":")[2]

    def __repr__(self) -> str:
        return f"Secret({self.ref!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.ref == self.ref

    def __hash__(self) -> int:
        return hash(self.ref)


def span(seconds: float) -> str:
    """A span in its largest fitting unit: `42 s`, `15 min`, `3.5 h`, `12 d`."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length * (2 if unit == "d" else 1):
            return f"{seconds / length:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.3g} s"


def size(count: float) -> str:
    """A number of bytes in its largest fitting unit: `512 B`, `1.5 GiB`."""
    for unit in ("TiB", "GiB", "MiB", "KiB"):
        if abs(count) >= _BYTES[unit]:
            return f"{count / _BYTES[unit]:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count:.0f} B"


def age(then: datetime, now: datetime) -> str:
    """How long ago something was: `5 min ago`."""
    return f"{span(max(0.0, (now - then).total_seconds()))} ago"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word; empty when none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def _quantity(text: str, units: dict[str, int], wish: str) -> float:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None or match[2] not in units:
        raise ValueError(wish)
    return float(match[1]) * units[match[2]]
