"""Walks of table columns: several columns in one GetBulk, at the pace that the agent bears.

Agents lie: identifiers that do not increase make an endless walk (gufo_snmp issue 53, Cisco ASAv),
and some are silent when an answer would be too long, instead of saying tooBig.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hisops.wire.snmp import ber, pdu

if TYPE_CHECKING:
    from collections.abc import Sequence

Cells = dict[bytes, bytes]
"""Values as they came, with tag and length, by the octets of the index, in the agent's order."""

MOST_ROWS = 50_000
ANSWER_BYTES = 1400  # fits into an Ethernet frame: fragments get lost in firewalls
_MOST_COLUMNS = 4
# A name of this file costs the hot loop less than one of another.
_SHORT, _SEQUENCE, _OID, _END_OF_VIEW = 0x80, ber.SEQUENCE, ber.OID, ber.END_OF_VIEW
_FIRST_BYTES = 40  # of a variable, until it is known better
_MOST_PACES = 20_000
_FRESH_SECONDS = 3600


class Walker:
    """What is known of some columns, and where to go on in each."""

    def __init__(self, columns: Sequence[str], most_rows: int) -> None:
        self._roots = [ber.oid_content(column) for column in columns]
        self._cells: list[Cells] = [{} for _ in columns]
        self._cursors: dict[int, bytes] = dict(enumerate(self._roots))
        self._last: list[tuple[int, ...]] = [() for _ in columns]
        self._arcs: dict[bytes, tuple[int, ...]] = {}
        self._most_rows = most_rows

    def cursors(self) -> list[bytes]:
        """The last identifier seen in each column that has not ended."""
        return list(self._cursors.values())

    def cells(self) -> list[Cells]:
        """Everything found, in the order of the columns."""
        return self._cells

    def end(self, position: int, asked: int) -> None:
        """Let the column at a position (from 1) of the last question end; v1's end of a view."""
        if not 0 < position <= asked:
            raise ValueError("an error about a variable that was not asked for")
        del self._cursors[list(self._cursors)[position - 1]]

    def take(self, answer: pdu.Pdu, asked: int, repetitions: int) -> int:
        """Add the answer for the first `asked` columns; raises ValueError when the agent lies."""
        columns = [
            _Column(number, self._roots[number], self._cells[number], self._last[number])
            for number in list(self._cursors)[:asked]
        ]
        count = self._read(answer.data, answer.begin, answer.end, columns)
        if not 0 < count <= asked * repetitions:
            raise ValueError(f"{count} variables where {asked * repetitions} were asked")
        for column in columns:
            self._last[column.number] = column.last
            if column.ended:
                del self._cursors[column.number]
            elif column.index:
                self._cursors[column.number] = column.root + column.index
            if len(column.cells) > self._most_rows:
                name = ber.oid_text(column.root)
                raise ValueError(f"{name} has more than {self._most_rows} rows")
        return count

    def _read(self, data: bytes, at: int, end: int, columns: list[_Column]) -> int:
        """How many variables there are; each is added to its column.

        The hot loop of all walks: no calls, no objects but the index and the value.
        """
        known, count, last = self._arcs, 0, len(columns) - 1
        place = last
        try:
            while at < end:
                place = 0 if place == last else place + 1
                column = columns[place]
                count += 1
                size = data[at + 1]
                if size >= _SHORT or data[at] != _SEQUENCE:
                    at, stop = ber.header(data, at, _SEQUENCE)
                else:
                    at += 2
                    stop = at + size
                size = data[at + 1]
                tag_at = at + 2 + size
                if stop > end or data[at] != _OID or size >= _SHORT or tag_at + 2 > stop:
                    raise ValueError("a variable without an object identifier of sane length")
                if data[tag_at + 1] + tag_at + 2 != stop:
                    _check_long(data, tag_at, stop)
                if not column.ended:
                    at += 2
                    if data.startswith(column.root, at) and data[tag_at] != _END_OF_VIEW:
                        index = data[at + column.size : tag_at]
                        arcs = known.get(index)
                        if arcs is None:
                            arcs = known[index] = ber.index_arcs(index)
                        if arcs <= column.last:
                            raise ValueError(f"{_name(column, index)} comes after a later one")
                        column.last = arcs
                        column.index = index
                        column.cells[index] = data[tag_at:stop]
                    else:
                        column.ended = True
                at = stop
        except IndexError:
            raise ValueError("the variables are cut off") from None
        return count


class _Column:
    """A column while an answer is read."""

    __slots__ = ("cells", "ended", "index", "last", "number", "root", "size")

    def __init__(self, number: int, root: bytes, cells: Cells, last: tuple[int, ...]) -> None:
        self.number, self.root, self.size = number, root, len(root)
        self.cells, self.last = cells, last
        self.index, self.ended = b"", False


def _check_long(data: bytes, at: int, stop: int) -> None:
    if ber.element(data, at)[2] != stop:
        raise ValueError("a variable whose parts do not fill it")


def _name(column: _Column, index: bytes) -> str:
    return ber.oid_text(column.root + index)


class Pace:
    """How much an agent is asked for at once; kept from walk to walk, for an hour."""

    def __init__(self, answer_bytes: int) -> None:
        self._answer_bytes = answer_bytes
        self._each_bytes = float(_FIRST_BYTES)
        self._born = time.monotonic()
        self.columns = _MOST_COLUMNS

    @classmethod
    def of(cls, address: str, answer_bytes: int) -> Pace:
        """The pace of an agent that was asked before, or a first guess."""
        pace = _PACES.get((address, answer_bytes))
        # One lost packet shall not slow us down for ever.
        if pace is None or time.monotonic() - pace._born > _FRESH_SECONDS:
            if len(_PACES) >= _MOST_PACES:
                _PACES.clear()
            pace = _PACES[address, answer_bytes] = cls(answer_bytes)
        return pace

    def repetitions(self, columns: int, divisor: int = 1) -> int:
        """Rows to ask for, so that the answer has about the size aimed at, or a part of it."""
        return max(1, int(self._answer_bytes / (self._each_bytes * columns * divisor)))

    def slow_down(self, divisor: int = 2) -> bool:
        """Ask for less from now on; False when there is nothing left to take away."""
        if self.repetitions(self.columns) > 1:
            self._answer_bytes = int(self._each_bytes * self.columns) * max(
                1, self.repetitions(self.columns) // divisor
            )
        elif self.columns > 1:
            self.columns = max(1, self.columns // divisor)
        else:
            return False
        return True

    def measure(self, size_bytes: int, variables: int) -> None:
        """Learn from an answer how long a variable is."""
        self._each_bytes = max(12.0, self._each_bytes * 0.5 + size_bytes / variables * 0.5)


_PACES: dict[tuple[str, int], Pace] = {}
