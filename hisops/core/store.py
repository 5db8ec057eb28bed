"""The database as features see it; io/store.py fulfils it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

T = TypeVar("T")
Cell = str | int | float | bytes | None


class Transaction(Protocol):
    """Statements that are committed together, or not at all."""

    def execute(self, sql: str, cells: Sequence[Cell] = ()) -> int:
        """Run one statement with `?` places; gives the number of rows it touched."""
        ...

    def read(self, kind: type[T], sql: str, cells: Sequence[Cell] = ()) -> list[T]:
        """Rows as structs whose fields are named like the columns."""
        ...


class Store(Protocol):
    """SQLite (one node) behind plain SQL."""

    def read(self, kind: type[T], sql: str, cells: Sequence[Cell] = ()) -> list[T]:
        """Rows as structs, outside any transaction of ours."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that holds the write lock from its start; an exception rolls it back."""
        ...
