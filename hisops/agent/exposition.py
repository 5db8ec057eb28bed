"""Readings as parts of a page: laid out once for each shape, then filled in at every scrape."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from hisops.core.metric import escape
from hisops.core.metric_text import is_label, is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hisops.core.metric import Family, Labels, Reading

    Values = Sequence[float | int | str]


class Owners:
    """Which collector serves which family: a second one of the same name is dropped."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def take(self, family: str, collector: str) -> bool:
        """Whether the family belongs to this collector; the first who asks gets it."""
        return self._names.setdefault(family, collector) == collector


class Part:
    """The part of the page that one collector fills."""

    def __init__(self, collector: str, owners: Owners) -> None:
        self.collector = collector
        self.dropped = 0
        self._owners = owners
        self._key: object = _NOTHING
        self._template = ""
        self._pick: Callable[[Values], object] = tuple

    def fill(self, reading: Reading) -> str:
        """The text for a reading; raises ValueError when a value, name or label is unfit."""
        if self._key is _NOTHING or reading.key != self._key:
            self._lay_out(reading)
        for value in reading.values:
            float(value)
            if value.__class__ is bool:  # a number to Python, a word on the page
                raise ValueError(f"{value} is no number")
        return self._template % self._pick(reading.values)

    def _lay_out(self, reading: Reading) -> None:
        series = reading.describe()
        if len(series) != len(reading.values):
            raise ValueError(f"{len(series)} series for {len(reading.values)} values")
        self._key = _NOTHING
        groups, self.dropped = self._group(series)
        order = [index for group in groups.values() for index in group]
        self._template = "".join(
            _block([series[index] for index in group]) for group in groups.values()
        )
        # itemgetter of one index gives the value itself, which is what % takes as well.
        self._pick = itemgetter(*order) if order else lambda _values: ()
        self._key = reading.key

    def _group(self, series: Sequence[tuple[Family, Labels]]) -> tuple[dict[str, list[int]], int]:
        """Indexes by family, and how many series were left out as repetitions."""
        groups: dict[str, list[int]] = {}
        seen: set[tuple[str, Labels]] = set()
        dropped = 0
        for index, (family, labels) in enumerate(series):
            _validate(family, labels)
            mark = (family.name, tuple(sorted(labels)))
            if mark in seen or not self._owners.take(family.name, self.collector):
                dropped += 1
                continue
            seen.add(mark)
            groups.setdefault(family.name, []).append(index)
        return groups, dropped


_NOTHING = object()


def _block(series: Sequence[tuple[Family, Labels]]) -> str:
    family = series[0][0]
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    head = f"# HELP {family.name} {text}\n# TYPE {family.name} {family.kind}\n"
    return head.replace("%", "%%") + "".join(_line(family.name, labels) for _, labels in series)


def _line(name: str, labels: Labels) -> str:
    inside = ",".join(f'{key}="{escape(text)}"' for key, text in labels)
    return (f"{name}{{{inside}}}" if inside else name).replace("%", "%%") + " %s\n"


def _validate(family: Family, labels: Labels) -> None:
    if not is_name(family.name):
        raise ValueError(f"{family.name!r} is no metric name")
    for name, _ in labels:
        if not is_label(name):
            raise ValueError(f"{family.name}: {name!r} is no label name")
