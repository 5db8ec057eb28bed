"""MySQL and MariaDB: connections, transactions, locks and replication, by their own tables.

One connection, read-only, each statement bounded; the queries stand in packs/mysql.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.core.text import Duration, Secret
from hisops.monitor.asking import dial, put, visit
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sql import Query, chosen
from hisops.wire import mysql
from hisops.wire.mysql_login import Login
from hisops.wire.table import MOST_ROWS
from hisops.wire.tls import Tls, secure

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_UP = Family("mysql_up", "gauge", "Whether the MySQL server is up")


class Mysql(Probe, frozen=True, kw_only=True):
    """A MySQL or MariaDB server, at an address or at the path of its unix socket.

    `skip` leaves queries of the pack out, `queries` adds the site's own.
    """

    user: str = "hisops"
    password: Secret | None = None
    port: int = 3306
    tls: Tls | None = None
    statement_timeout: Duration = Duration(2)
    skip: tuple[str, ...] = ()
    queries: Mapping[str, Query] = {}

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server let us in and answered."""
        return await visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        password = net.secret(self.password.ref) if self.password else ""
        login = Login(self.user, password, is_private=self.tls is not None)
        session = await self._connect(net, endpoint, login)
        try:
            await mysql.log_in(session, login)
            await session.query(_limits(session.server, self.statement_timeout))
            await session.query("SET SESSION TRANSACTION READ ONLY")
            queries = chosen("mysql", self.skip, self.queries, session.server, session.version)
            found = await put(queries, session.query)
            await session.end()
            return found
        finally:
            session.stream.close()

    async def _connect(self, net: Net, endpoint: Endpoint, login: Login) -> mysql.Session:
        async def greeted() -> mysql.Session:
            with ExitStack() as guard:
                stream = await dial(net, endpoint, self.port)
                guard.callback(stream.close)
                session = await mysql.greet(stream)
                if self.tls is not None:
                    await mysql.ask_for_tls(session, login)
                guard.pop_all()
                return session

        sessions: list[mysql.Session] = []

        async def ready() -> Stream:
            sessions.append(await greeted())
            return sessions[-1].stream

        if self.tls is None:
            return await greeted()
        await secure(net, ready, self.tls, endpoint.host)
        return sessions[-1]


def _limits(server: str, patience: Duration) -> str:
    """MariaDB bounds statements in seconds, MySQL in milliseconds and only those that read."""
    span = f"max_statement_time = {patience.seconds:g}"
    if server == "mysql":
        span = f"max_execution_time = {patience.seconds * 1000:.0f}"
    return f"SET SESSION {span}, sql_select_limit = {MOST_ROWS + 1}"
