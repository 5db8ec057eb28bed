"""Databases that are asked through a driver of Python's DB-API 2.0 (PEP 249), on a thread."""

from __future__ import annotations

import importlib
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol, cast

from hisops.core.errors import Exit, OpsError
from hisops.monitor.asking import put
from hisops.wire.table import MOST_ROWS, Declined, Table, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hisops.core.net import Net
    from hisops.monitor.probe import Outcome
    from hisops.monitor.sql import Query


class Cursor(Protocol):
    """See PEP 249."""

    description: Sequence[Sequence[object]] | None

    def execute(self, operation: str) -> object:
        """Run a statement."""
        ...

    def fetchmany(self, size: int) -> Sequence[Sequence[object]]:
        """The next rows."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Connection(Protocol):
    """See PEP 249."""

    def cursor(self) -> Cursor:
        """A new cursor."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Driver(Protocol):
    """A module of PEP 249."""

    Error: type[Exception]
    connect: Callable[..., Any]


def driver(name: str, extra: str) -> Driver:
    """The driver's module; raises OpsError MISSING with what to install."""
    try:
        return cast("Driver", importlib.import_module(name))
    except ModuleNotFoundError:
        cause = f"the Python package {name} is not installed"
        fix = f"install hisops with the extra {extra}: pip install 'hisops[{extra}]'"
        raise OpsError(cause, fix=fix, code=Exit.MISSING) from None


async def visit(
    net: Net,
    module: Driver,
    connect: Callable[[], Connection],
    queries: Mapping[str, Query],
    seconds: float,
) -> Outcome:
    """The outcome of all queries over one connection; raises Declined when there is none.

    Before the deadline of the thread, the driver's own time-outs must end it.
    """
    statements = [query.sql for query in queries.values()]
    found = await net.thread(lambda: fetch(module, connect, statements), timeout=seconds)

    async def ask(sql: str) -> Table:
        answer = found[sql]
        if isinstance(answer, Declined):
            raise answer
        return answer

    return await put(queries, ask)


def fetch(
    module: Driver, connect: Callable[[], Connection], statements: Sequence[str]
) -> dict[str, Table | Declined]:
    """The answer to each statement, or the server's words."""
    try:
        connection = connect()
    except module.Error as error:
        raise _declined(error) from None
    found: dict[str, Table | Declined] = {}
    with closing(connection):
        for sql in statements:
            try:
                found[sql] = _ask(connection, sql)
            except module.Error as error:
                found[sql] = _declined(error)
    return found


def _ask(connection: Connection, sql: str) -> Table:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        columns = [str(column[0]) for column in cursor.description or ()]
        rows = cursor.fetchmany(MOST_ROWS + 1) if columns else []
        return Table(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)


def _declined(error: Exception) -> Declined:
    return Declined(printable(str(error).encode()))
