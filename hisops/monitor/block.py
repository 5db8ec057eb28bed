"""Many series of one family at once, and their page: what large SNMP tables need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.metric import Family, Labels, Sample, escape

if TYPE_CHECKING:
    from collections.abc import Sequence


class Block(NamedTuple):
    """Series of one family: labels and values of the same length."""

    family: Family
    labels: Sequence[Labels]
    values: Sequence[float]


def samples(blocks: Sequence[Block]) -> list[Sample]:
    """One object for each series."""
    return [
        Sample(block.family, value, labels)
        for block in blocks
        for labels, value in zip(block.labels, block.values, strict=True)
    ]


def page(blocks: Sequence[Block]) -> str:
    """The exposition page; the labels of rows that several blocks share are laid out once."""
    lines: dict[Family, list[str]] = {}
    texts: dict[int, list[str]] = {}  # the blocks keep the lists alive, so ids stay theirs
    for block in blocks:
        name = block.family.name
        rows = texts.get(id(block.labels))
        if rows is None:
            rows = texts[id(block.labels)] = [_braces(labels) for labels in block.labels]
        lines.setdefault(block.family, []).extend(
            [f"{name}{text}{value}\n" for text, value in zip(rows, block.values, strict=True)]
        )
    return "".join(
        f"# HELP {family.name} {_one_line(family.help)}\n# TYPE {family.name} {family.kind}\n"
        + "".join(members)
        for family, members in lines.items()
    )


def _braces(labels: Labels) -> str:
    inside = ",".join(f'{key}="{escape(word)}"' for key, word in labels)
    return f"{{{inside}}} " if inside else " "


def _one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
