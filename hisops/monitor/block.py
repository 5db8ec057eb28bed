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
    """The exposition page; the labels of a row are laid out once."""
    lines: dict[Family, list[str]] = {}
    texts: dict[int, str] = {}
    for block in blocks:
        name = block.family.name
        add = lines.setdefault(block.family, []).append
        for labels, value in zip(block.labels, block.values, strict=True):
            text = texts.get(id(labels))
            if text is None:
                inside = ",".join(f'{key}="{escape(word)}"' for key, word in labels)
                text = texts[id(labels)] = f"{{{inside}}} " if inside else " "
            add(f"{name}{text}{value}\n")
    return "".join(
        f"# HELP {family.name} {_one_line(family.help)}\n# TYPE {family.name} {family.kind}\n"
        + "".join(members)
        for family, members in lines.items()
    )


def _one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
