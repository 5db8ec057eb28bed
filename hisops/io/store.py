"""SQLite behind core.store: write-ahead log, fsync at every commit, numbered migrations."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.store import Cell

T = TypeVar("T")
_BUSY_SECONDS = 10.0
_SPACE = "free space and check who owns the folder"


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
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OpsError(f"{path}: {error.strerror}", fix=_SPACE) from None
        with told(path):
            _migrate(path, self._connection())

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
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

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
            _log_ahead(found)
            found.execute("PRAGMA synchronous=FULL")
            found.execute("PRAGMA foreign_keys=ON")
            self._local.connection = found
        return found


@contextmanager
def told(path: str) -> Iterator[None]:
    """Trouble with the file as one line of cause and one of what to do; our own bugs stay bugs."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = Exit.LOCKED if "locked" in str(error) else Exit.FAILED
        raise OpsError(f"{path}: {error}", fix=_SPACE, code=code) from None
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # a broken constraint, a wrong statement
            raise
        fix = "move the file away and restore it from the last backup"
        raise OpsError(f"{path}: {error}", fix=fix) from None


def _rows(
    connection: sqlite3.Connection, kind: type[T], sql: str, cells: Sequence[Cell]
) -> list[T]:
    rows = connection.execute(sql, cells).fetchall()
    return [msgspec.convert(dict(row), kind) for row in rows]


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; SQLite does not wait for others who do the same just now."""
    end = time.monotonic() + _BUSY_SECONDS
    is_on = False
    while not is_on:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            is_on = True
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _migrate(path: str, connection: sqlite3.Connection) -> None:
    """Run the steps that this file lacks; when many open it at once, one of them does."""
    steps = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
    newest = int(steps[-1].name[:4])
    if _version(connection) < newest:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for step in steps[_version(connection) :]:  # numbered from 1 without a gap
                _execute(connection, step.read_text())
            connection.execute(f"PRAGMA user_version={max(newest, _version(connection))}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
    if _version(connection) > newest:
        fix = "run the newer release, or restore the backup from before it"
        raise OpsError(f"{path}: made by a newer release of hisops", fix=fix, code=Exit.USAGE)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _execute(connection: sqlite3.Connection, script: str) -> None:
    """Run a script inside the open transaction (executescript would commit it first)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
