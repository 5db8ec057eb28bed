"""Outcomes as a page: every series with the labels of its check; one bad series never costs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import escape
from hisops.core.metric_text import is_label, is_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hisops.core.metric import Family, Labels, Sample

MOST_SERIES = 50_000


class Page:
    """The text of a page in the making (exposition format 0.0.4)."""

    def __init__(self) -> None:
        self._families: dict[str, list[str]] = {}
        self._good: dict[str, bool] = {}
        self._texts: dict[tuple[Labels, frozenset[str]], str] = {}
        self.dropped = 0

    def add(self, base: str, names: frozenset[str], samples: Iterable[Sample]) -> None:
        """Add a check's samples; `base` are its labels as text, `names` the names of them."""
        left = MOST_SERIES
        for family, value, labels in samples:
            lines = self._families.get(family.name)
            if lines is None:
                lines = self._begin(family)
            left -= 1
            if lines is _NONE or left < 0:
                self.dropped += 1
            elif not labels:
                lines.append(
                    f"{family.name}{{{base}}} {value!r}\n" if base else f"{family.name} {value!r}\n"
                )
            else:
                self._labelled(lines, family.name, base, names, value, labels)

    def text(self) -> str:
        """The whole page."""
        return "".join(line for lines in self._families.values() for line in lines)

    def _labelled(
        self,
        lines: list[str],
        name: str,
        base: str,
        names: frozenset[str],
        value: float,
        labels: Labels,
    ) -> None:
        inside = self._texts.get((labels, names))
        if inside is None:
            inside = self._texts[labels, names] = self._inside(labels, names)
        if not inside:
            self.dropped += 1
            return
        comma = "," if base else ""
        lines.append(f"{name}{{{base}{comma}{inside}}} {value!r}\n")

    def _inside(self, labels: Labels, names: frozenset[str]) -> str:
        """Labels as they stand in braces; empty when one has no right name."""
        if not all(self._is_label(key) for key, _ in labels):
            return ""
        pairs = [(f"exported_{key}" if key in names else key, text) for key, text in labels]
        return base_text(dict(pairs))

    def _begin(self, family: Family) -> list[str]:
        if not is_name(family.name):
            self._families[family.name] = _NONE
            return _NONE
        text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
        kind = family.kind
        head = f"# HELP {family.name} {text}\n# TYPE {family.name} {kind}\n"
        lines = self._families[family.name] = [head]
        return lines

    def _is_label(self, key: str) -> bool:
        if key not in self._good:
            self._good[key] = is_label(key)
        return self._good[key]


_NONE: list[str] = []


def base_text(labels: Mapping[str, str]) -> str:
    """Labels as they stand in braces."""
    return ",".join(f'{key}="{escape(text)}"' for key, text in labels.items())
