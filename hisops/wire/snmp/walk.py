"""Walks of table columns: several columns in one GetBulk, at the pace that the agent bears.

Agents lie: identifiers that do not increase make an endless walk (gufo_snmp issue 53, Cisco ASAv),
and some are silent when an answer would be too long, instead of saying tooBig.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hisops.wire.snmp import ber

if TYPE_CHECKING:
    from collections.abc import Sequence

Cells = dict[bytes, tuple[int, bytes]]
"""Tag and content by the octets of the index, in the agent's order."""

MOST_ROWS = 50_000
ANSWER_BYTES = 1400  # fits into an Ethernet frame: fragments get lost in firewalls
_MOST_COLUMNS = 8
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

    def take(self, bindings: list[ber.Binding], asked: int, repetitions: int) -> int:
        """Add the answer for the first `asked` columns; raises ValueError when the agent lies."""
        if not bindings or len(bindings) > asked * repetitions:
            raise ValueError(f"{len(bindings)} variables where {asked * repetitions} were asked")
        for position, column in enumerate(list(self._cursors)[:asked]):
            self._take_column(column, bindings[position::asked])
        return len(bindings)

    def _take_column(self, column: int, bindings: list[ber.Binding]) -> None:
        """Add one column's part of the answer, up to its end."""
        root, cells, last = self._roots[column], self._cells[column], self._last[column]
        known, size, oid = self._arcs, len(root), b""
        for oid, tag, content in bindings:
            if not oid.startswith(root) or tag == ber.END_OF_VIEW:
                del self._cursors[column]
                return
            index = oid[size:]
            arcs = known.get(index)
            if arcs is None:
                arcs = known[index] = ber.index_arcs(index)
            if arcs <= last:
                raise ValueError(f"{ber.oid_text(oid)} does not come after the one before")
            cells[index] = (tag, content)
            last = arcs
        if len(cells) > self._most_rows:
            raise ValueError(f"{ber.oid_text(root)} has more than {self._most_rows} rows")
        if bindings:
            self._cursors[column], self._last[column] = oid, last


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
