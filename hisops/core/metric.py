"""Metric values and their text form.

Format: Prometheus text exposition 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
Standard library only: the agent loads this file.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

Labels = tuple[tuple[str, str], ...]


class Family(NamedTuple):
    """A metric's name, kind (`counter`, `gauge`, `untyped`) and one line of help."""

    name: str
    kind: str
    help: str


class Sample(NamedTuple):
    """One value of a family with its labels, as pairs in the order they are printed."""

    family: Family
    value: float | int
    labels: tuple[tuple[str, str], ...] = ()


class Reading(NamedTuple):
    """What a collector read: values, and which series they belong to.

    `describe` gives the family and labels of each value. It depends on `key` alone, so a page
    whose key has not changed is not laid out again. A value may be a number as the kernel wrote it.
    """

    key: object
    values: Sequence[float | int | str]
    describe: Callable[[], Sequence[tuple[Family, Labels]]]

    def samples(self) -> list[Sample]:
        """The same as one object per series."""
        pairs = zip(self.describe(), self.values, strict=True)
        return [Sample(family, number(value), labels) for (family, labels), value in pairs]


def number(value: float | int | str) -> float | int:
    """A value as a number, exact where it is whole; raises ValueError when it is none."""
    if not isinstance(value, str):
        return value
    return int(value) if value.lstrip("-").isdecimal() else float(value)


def expose(samples: Iterable[Sample]) -> str:
    """The exposition page; samples of one family stand together, in order of first sight."""
    groups: dict[Family, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.family, []).append(sample)
    lines = []
    for family, members in groups.items():
        lines.append(f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.kind}")
        lines += [series(s.family.name, s.labels, s.value) for s in members]
    return "\n".join(lines) + "\n" if lines else ""


def series(name: str, labels: Iterable[tuple[str, str]], value: float | int) -> str:
    """One line of the page."""
    inside = ",".join(f'{key}="{escape(text)}"' for key, text in labels)
    return f"{name}{{{inside}}} {value!r}" if inside else f"{name} {value!r}"


def escape(text: str) -> str:
    """A label value with backslash, quote and newline escaped."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
