"""Labels of the rows of a device's table, as a profile says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.wire.snmp import ber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.metric import Labels
    from hisops.monitor.profile import Label, Table
    from hisops.wire.snmp.walk import Cells

_LONGEST_LABEL = 200
_MAC_OCTETS = 6


class Rows:
    """Labels of the rows of a table, made when first asked for."""

    def __init__(self, table: Table, cells: Mapping[str, Cells]) -> None:
        self._table = table
        self._cells = cells
        self._constant = tuple(table.constant.items())
        self._known: dict[bytes, Labels | None] = {}
        self._given: set[Labels] = set()
        self._last: tuple[list[bytes], list[Labels], list[bytes]] = ([], [], [])

    def pick(self, indexes: list[bytes]) -> tuple[list[Labels], list[bytes]]:
        """Labels of the rows that the table does not leave out, and their indexes.

        The columns of a table mostly have the same rows: they get the same list.
        """
        before, labels, kept = self._last
        if indexes != before:
            pairs = [(index, self.labels(index)) for index in indexes]
            kept = [index for index, row in pairs if row is not None]
            labels = [row for _, row in pairs if row is not None]
            self._last = (indexes, labels, kept)
        return labels, kept

    def labels(self, index: bytes) -> Labels | None:
        """A row's labels, None when the table leaves it out."""
        if index not in self._known:
            self._known[index] = self._make(index)
        return self._known[index]

    def _make(self, index: bytes) -> Labels | None:
        table = self._table
        arcs = ber.index_arcs(index)
        if table.where is not None:
            cell = self._cells.get(table.where.oid, {}).get(index)
            if cell is None or ber.cell_value(cell) not in table.where.values:
                return None
        pairs = dict(self._constant)
        if not table.scalars:
            if len(arcs) < len(table.index):
                return None
            pairs |= {name: str(arc) for name, arc in zip(table.index, arcs, strict=False) if name}
        for name, label in table.labels.items():
            pairs[name] = self._label(label, index, arcs)
        labels = tuple(sorted(pairs.items()))
        if labels in self._given:  # two parts of one name
            labels = (*labels, ("index", ".".join(map(str, arcs))))
        self._given.add(labels)
        return labels

    def _label(self, label: Label, index: bytes, arcs: tuple[int, ...]) -> str:
        if label.part is not None:
            index = ber.index_content(arcs[label.part : label.part + 1])
        elif label.via:
            cell = self._cells.get(label.via, {}).get(index)
            value = ber.cell_value(cell) if cell else None
            index = ber.index_content((value,)) if isinstance(value, int) and value >= 0 else b""
        if not label.oid:
            return ".".join(map(str, ber.index_arcs(index)))
        cell = self._cells.get(label.oid, {}).get(index)
        text = as_text(cell) if cell else ""
        return label.enum.get(text, text)


def as_text(cell: bytes) -> str:
    """A value as a label."""
    return show(ber.cell_value(cell))


def show(value: object) -> str:
    """Text where it is text, octets in hexadecimal where not."""
    if not isinstance(value, bytes):
        return "" if value is None else str(value)[:_LONGEST_LABEL]
    stripped = value.rstrip(b"\0")
    try:
        text = stripped.decode()
    except UnicodeDecodeError:
        text = stripped.decode("gb18030", errors="replace") if len(value) != _MAC_OCTETS else ""
    if not text.isprintable() or (value and not text):
        text = value.hex(":").upper()
    return text[:_LONGEST_LABEL]


def physical(cell: bytes) -> str:
    """A physical address as snmp_exporter writes it: always six octets."""
    content = cell[2:]  # tag, and a length in one octet
    return content[:_MAC_OCTETS].ljust(_MAC_OCTETS, b"\0").hex(":").upper()
