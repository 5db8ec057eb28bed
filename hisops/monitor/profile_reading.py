"""From the cells of a device's tables to series, as a profile says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Labels
from hisops.monitor import vocabulary
from hisops.monitor.block import Block
from hisops.monitor.profile_label import Rows, as_text, physical
from hisops.wire.snmp import ber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hisops.monitor.profile import Metric, Profile, Table, Units
    from hisops.wire.snmp.walk import Cells

_NUMBERS = {ber.INTEGER, ber.COUNTER, ber.GAUGE, ber.TICKS, ber.COUNTER64}
_WRAP = 2**53  # beyond it a float64 loses ones: snmp_exporter starts again from 0, so rate() works
_HUMIDITY = ("kind", "humidity")  # the one share that sensor tables know
_HEALTH = {"good": 0, "warning": 1, "critical": 2}
_KNOWN = {family.name: family for family in (*vocabulary.UNITS.values(), vocabulary.HEALTH)}


Members = list[tuple[bytes, bytes]]
"""Index and value of each cell of a column."""


def columns(profile: Profile) -> tuple[list[str], list[str]]:
    """Columns to walk, and single variables to get, each once."""
    walked: dict[str, None] = {}
    single: dict[str, None] = {}
    for table in profile.tables:
        (single if table.scalars else walked).update(dict.fromkeys(_oids(table)))
    return list(walked), [oid + ".0" for oid in single]


def read(table: Table, cells: Mapping[str, Cells]) -> list[Block]:
    """The series of one table."""
    rows = Rows(table, cells)
    blocks: list[Block] = []
    for metric in table.metrics:
        found = cells.get(metric.oid)
        if found:
            blocks += _read_metric(metric, found, rows, cells)
    return blocks


def _read_metric(
    metric: Metric, found: Cells, rows: Rows, cells: Mapping[str, Cells]
) -> Iterator[Block]:
    labels, indexes = rows.pick(list(found))
    if _is_plain(metric):
        plain = _plain([found[index] for index in indexes])
        if plain is not None:
            yield Block(_family(metric.name, metric), labels, plain)
            return
    extra = tuple(metric.labels.items())
    if extra:
        labels = [row + extra for row in labels]
    members = [(index, found[index]) for index in indexes]
    if metric.units is not None:
        yield from _by_units(metric, metric.units, labels, members, cells)
    elif metric.form in ("info", "address"):
        yield _info(metric, labels, members)
    elif metric.form == "health":
        yield from _leveled(metric, labels, members, _HEALTH)
    elif metric.form in ("flags", "bits"):
        yield _flags(metric, labels, members)
    elif metric.form == "contact":
        yield from _leveled(metric, labels, members, {"off": 0, "on": 1})
    else:
        pairs = [
            (row, value)
            for row, (index, cell) in zip(labels, members, strict=True)
            if (value := _number(metric, index, cell, cells)) is not None
        ]
        yield Block(_family(metric.name, metric), [p[0] for p in pairs], [p[1] for p in pairs])


def _plain(cells: list[bytes]) -> list[float] | None:
    """Numbers as they are, the hot path of interface tables; None when one is no number."""
    number = int.from_bytes
    tags = {cell[0] for cell in cells}
    if ber.INTEGER not in tags and tags <= _NUMBERS:
        return [number(cell[2:11], "big") % _WRAP for cell in cells]
    if tags == {ber.INTEGER}:
        return [number(cell[2:11], "big", signed=True) for cell in cells]
    return None


def _is_plain(metric: Metric) -> bool:
    return (
        metric.form == "number"
        and metric.units is None
        and metric.scale == 1
        and not (metric.unsupported or metric.of or metric.free or metric.labels)
        and metric.least is None
        and metric.most is None
    )


def _number(metric: Metric, index: bytes, cell: bytes, cells: Mapping[str, Cells]) -> float | None:
    """A value, scaled; None when it means that there is none."""
    raw = _as_number(cell)
    if raw is None or raw in metric.unsupported:
        return None
    if (metric.least is not None and raw < metric.least) or (
        metric.most is not None and raw > metric.most
    ):
        return None
    if metric.of or metric.free:
        other = _as_number(cells.get(metric.of or metric.free, {}).get(index))
        if other is None:
            return None
        whole = other if metric.of else raw + other
        return raw / whole if whole > 0 else None
    return round(raw * metric.scale, 9)


def _as_number(cell: bytes | None) -> float | None:
    """A number, also where the device wrote it as text."""
    value = ber.cell_value(cell) if cell else None
    if isinstance(value, bytes):
        try:
            return float(value.strip(b"\0 %"))
        except ValueError:
            return None
    return None if isinstance(value, str) else value


def _by_units(
    metric: Metric,
    units: Units,
    labels: Sequence[Labels],
    members: Members,
    cells: Mapping[str, Cells],
) -> Iterator[Block]:
    grouped: dict[str, tuple[list[Labels], list[float]]] = {}
    for row, (index, cell) in zip(labels, members, strict=True):
        unit = _as_number(cells.get(units.oid, {}).get(index))
        name = units.names.get(f"{unit:g}") if unit is not None else None
        raw = _number(metric, index, cell, cells)
        if name is None or raw is None:
            continue
        name, _, factor = name.partition(" ")
        value = raw * float(factor or 1) * 10 ** _exponent(units, index, cells)
        at = grouped.setdefault(name, ([], []))
        at[0].append((*row, _HUMIDITY) if name == vocabulary.RATIO.name else row)
        at[1].append(round(value, 9))
    for name, (rows, values) in grouped.items():
        yield Block(_family(name, metric), rows, values)


def _exponent(units: Units, index: bytes, cells: Mapping[str, Cells]) -> int:
    scale = _as_number(cells.get(units.scale, {}).get(index))
    precision = _as_number(cells.get(units.precision, {}).get(index)) or 0
    found = units.scales.get(f"{scale:g}", 0) if scale is not None else 0
    return found - int(max(-9, min(9, precision)))


def _info(
    metric: Metric,
    labels: Sequence[Labels],
    members: Members,
) -> Block:
    """A text, or the word for a number, as a label of a series that is 1."""
    key = metric.label or metric.name.removesuffix("_info")
    texts = [
        physical(cell) if metric.form == "address" else metric.enum.get(text := as_text(cell), text)
        for _, cell in members
    ]
    rows = [tuple(sorted((*row, (key, text)))) for row, text in zip(labels, texts, strict=True)]
    return Block(_family(metric.name, metric), rows, [1] * len(rows))


def _leveled(
    metric: Metric, labels: Sequence[Labels], members: Members, words: Mapping[str, int]
) -> Iterator[Block]:
    """A number for each state; one in none of the lists (absent, unknown) gives no series."""
    levels = {n: words[word] for word, numbers in metric.states.items() for n in numbers}
    pairs = [
        (row, levels[int(number)])
        for row, (_, cell) in zip(labels, members, strict=True)
        if (number := _as_number(cell)) is not None and int(number) in levels
    ]
    yield Block(_family(metric.name, metric), [p[0] for p in pairs], [p[1] for p in pairs])


def _flags(
    metric: Metric,
    labels: Sequence[Labels],
    members: Members,
) -> Block:
    """For each flag that the states name, 1 where the number, or one of its bits, sets it."""
    rows: list[Labels] = []
    values: list[float] = []
    key = "flag" if metric.form == "flags" else "problem"
    for row, (_, cell) in zip(labels, members, strict=True):
        found = {_as_number(cell)} if metric.form == "flags" else _bits(cell)
        for flag, numbers in metric.states.items():
            rows.append((*row, (key, flag)))
            values.append(int(not found.isdisjoint(numbers)))
    return Block(_family(metric.name, metric), rows, values)


def _bits(cell: bytes) -> set[float | None]:
    """Numbers of the bits that are set, from the first and highest (BITS of RFC 2578)."""
    value = ber.cell_value(cell)
    octets = value[:8] if isinstance(value, bytes) else b""
    return {n for n in range(8 * len(octets)) if octets[n // 8] & (0x80 >> n % 8)}


def _family(name: str, metric: Metric) -> Family:
    return _KNOWN.get(name) or Family(name, metric.kind, metric.help or f"{metric.oid}.")


def _oids(table: Table) -> Iterator[str]:
    if table.where is not None:
        yield table.where.oid
    for label in table.labels.values():
        yield from filter(None, (label.via, label.oid))
    for metric in table.metrics:
        units = metric.units
        more = (units.oid, units.scale, units.precision) if units else ()
        yield from filter(None, (metric.oid, metric.of, metric.free, *more))
