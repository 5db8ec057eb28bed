"""Readings as parts of a page: laid out once for each shape, then filled in at every scrape."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from hisops.core.metric import escape
from hisops.core.metric_text import is_label, is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

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
        self._templates: dict[bool, str] = {}
        self._pick: Callable[[Values], object] = tuple

    def fill(self, reading: Reading, *, open_metrics: bool = False) -> str:
        """The text for a reading; raises ValueError when a value, name or label is unfit."""
        is_new = self._key is _NOTHING or reading.key != self._key
        if is_new or open_metrics not in self._templates:
            self._lay_out(reading, open_metrics=open_metrics, is_new=is_new)
        for value in reading.values:
            float(value)
            if value.__class__ is bool:  # a number to Python, a word on the page
                raise ValueError(f"{value} is no number")
        return self._templates[open_metrics] % self._pick(reading.values)

    def _lay_out(self, reading: Reading, *, open_metrics: bool, is_new: bool) -> None:
        series = reading.describe()
        if len(series) != len(reading.values):
            raise ValueError(f"{len(series)} series for {len(reading.values)} values")
        self._key = _NOTHING
        groups, self.dropped = self._group(series)
        order = [index for group in groups.values() for index in group]
        if is_new:
            self._templates.clear()
        block = _open_block if open_metrics else _block
        self._templates[open_metrics] = "".join(
            block([series[index] for index in group]) for group in groups.values()
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
_BEGIN = "\n# HELP "


def _block(series: Sequence[tuple[Family, Labels]]) -> str:
    family = series[0][0]
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    head = f"# HELP {family.name} {text}\n# TYPE {family.name} {family.kind}\n"
    return head.replace("%", "%%") + "".join(_line(family.name, labels) for _, labels in series)


def _open_block(series: Sequence[tuple[Family, Labels]]) -> str:
    """The same in OpenMetrics 1.0: a counter's family is named without `_total`.

    A counter that does not end so is none there; it goes out as unknown.
    """
    family, name = series[0][0], series[0][0].name
    kind = "unknown" if family.kind == "untyped" else family.kind
    if kind == "counter":
        kind = "counter" if name.endswith("_total") else "unknown"
        name = name.removesuffix("_total")
    head = f"# HELP {name} {escape(family.help)}\n# TYPE {name} {kind}\n"
    return head.replace("%", "%%") + "".join(
        _line(series[0][0].name, labels) for _, labels in series
    )


def only(text: str, names: Collection[str]) -> str:
    """Those families of a page whose series have one of these names.

    A line begins with `# HELP` only where a family begins: in labels and help an end of line is
    escaped.
    """
    blocks = f"\n{text}".split(_BEGIN)[1:]
    return "".join(f"# HELP {block.rstrip()}\n" for block in blocks if _name(block) in names)


def _name(block: str) -> str:
    """The name of the series in a block: that of the first line after its head."""
    line = block.split("\n", 3)[2]
    return line.partition(" ")[0].partition("{")[0]


def _line(name: str, labels: Labels) -> str:
    inside = ",".join(f'{key}="{escape(text)}"' for key, text in labels)
    return (f"{name}{{{inside}}}" if inside else name).replace("%", "%%") + " %s\n"


def _validate(family: Family, labels: Labels) -> None:
    if not is_name(family.name):
        raise ValueError(f"{family.name!r} is no metric name")
    for name, _ in labels:
        if not is_label(name):
            raise ValueError(f"{family.name}: {name!r} is no label name")
