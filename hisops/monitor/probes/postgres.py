"""PostgreSQL: connections, transactions, locks, archiving and replication, by its own views.

One connection, read-only, each statement bounded; the queries stand in packs/postgres.yml.
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
from hisops.wire import postgres
from hisops.wire.tls import Tls, secure

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_UP = Family(
    "pg_up", "gauge", "Whether the last scrape of metrics from PostgreSQL was able to connect"
)


class Postgres(Probe, frozen=True, kw_only=True):
    """A PostgreSQL server, at an address or at the path of its unix socket.

    `skip` leaves queries of the pack out, `queries` adds the site's own.
    """

    user: str = "hisops"
    password: Secret | None = None
    database: str = "postgres"
    port: int = 5432
    tls: Tls | None = None
    statement_timeout: Duration = Duration(2)
    skip: tuple[str, ...] = ()
    queries: Mapping[str, Query] = {}

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server let us in and answered."""
        return await visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        password = net.secret(self.password.ref) if self.password else ""
        login = postgres.Login(self.user, password, self.database, is_private=self.tls is not None)
        stream = await self._connect(net, endpoint)
        try:
            session = await postgres.open_session(stream, login)
            await session.query(_limits(self.statement_timeout))
            queries = chosen("postgres", self.skip, self.queries, "", session.version)
            found = await put(queries, session.query)
            await session.end()
            return found
        finally:
            stream.close()

    async def _connect(self, net: Net, endpoint: Endpoint) -> Stream:
        async def greeted() -> Stream:
            with ExitStack() as guard:
                stream = await dial(net, endpoint, self.port)
                guard.callback(stream.close)
                await postgres.ask_for_tls(stream)
                guard.pop_all()
                return stream

        if self.tls is None:
            return await dial(net, endpoint, self.port)
        stream, _ = await secure(net, greeted, self.tls, endpoint.host)
        return stream


def _limits(patience: Duration) -> str:
    span = f"{patience.seconds * 1000:.0f}"
    return (
        f"SELECT set_config('statement_timeout', '{span}', false),"
        " set_config('lock_timeout', '500', false),"
        " set_config('default_transaction_read_only', 'on', false)"
    )
