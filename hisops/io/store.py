"""SQLite behind core.store: write-ahead log, fsync at every commit, numbered migrations."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.store import Cell

T = TypeVar("T")
_BUSY_SECONDS = 10.0


class _Open:
    """One connection with an open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, cells: Sequence[Cell] = ()) -> int:
        return self._connection.execute(sql, cells).rowcount

    def read(self, kind: type[T], sql: str, cells: Sequence[Cell] = ()) -> list[T]:
        return _rows(self._connection, kind, sql, cells)


class Sqlite:
    """A database file, made and migrated when it is opened; safe to use from many threads."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._local = threading.local()
        self._writing = threading.RLock()  # SQLite's own waiting sleeps up to 100 ms at a time
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with told(path):
            _migrate(self._connection())

    def read(self, kind: type[T], sql: str, cells: Sequence[Cell] = ()) -> list[T]:
        with told(self.path):
            return _rows(self._connection(), kind, sql, cells)

    @contextmanager
    def write(self) -> Iterator[_Open]:
        with self._writing, told(self.path):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Open(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode=WAL")
            found.execute("PRAGMA synchronous=FULL")
            found.execute("PRAGMA foreign_keys=ON")
            self._local.connection = found
        return found


@contextmanager
def told(path: str) -> Iterator[None]:
    """A database error as one line of cause and one of what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        fix = "free space and check who owns the folder"
        code = Exit.LOCKED if "locked" in str(error) else Exit.FAILED
        raise OpsError(f"{path}: {error}", fix=fix, code=code) from None
    except sqlite3.DatabaseError as error:
        fix = "move the file away and restore it from the last backup"
        raise OpsError(f"{path}: {error}", fix=fix) from None


def _rows(
    connection: sqlite3.Connection, kind: type[T], sql: str, cells: Sequence[Cell]
) -> list[T]:
    rows = connection.execute(sql, cells).fetchall()
    return [msgspec.convert(dict(row), kind) for row in rows]


def _migrate(connection: sqlite3.Connection) -> None:
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    steps = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
    for step in steps:
        number = int(step.name[:4])
        if number > done:
            script = f"BEGIN IMMEDIATE;\n{step.read_text()}\nPRAGMA user_version={number};\nCOMMIT;"
            connection.executescript(script)
