"""Oracle Database: space, recovery area, locks, Data Guard and RMAN, by its own views.

Through python-oracledb in thin mode (extra `oracle`); written after the reference of Oracle and
not run against the real server. The queries stand in packs/oracle.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from hisops.core.metric import Family
from hisops.core.text import Duration, Secret
from hisops.monitor import asking, dbapi
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sql import Query, chosen
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net

_UP = Family("oracledb_up", "gauge", "Whether the Oracle database server is up")


class Oracle(Probe, frozen=True, kw_only=True):
    """An Oracle database; `service` is its service name."""

    user: str = "hisops"
    password: Secret | None = None
    service: str
    port: int = 1521
    tls: Tls | None = None
    timeout: Duration = Duration(15)
    statement_timeout: Duration = Duration(2)
    skip: tuple[str, ...] = ()
    queries: Mapping[str, Query] = {}

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server let us in and answered."""
        return await asking.visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        module = dbapi.driver("oracledb", "oracle")
        address = await net.resolve(endpoint.host)
        net.allow(address)
        options: dict[str, object] = {
            "user": self.user,
            "password": net.secret(self.password.ref) if self.password else "",
            "host": endpoint.host if self.tls else address,
            "port": endpoint.port(self.port),
            "service_name": self.service,
            "tcp_connect_timeout": self.statement_timeout.seconds,
        }
        if self.tls is not None:
            options |= {"protocol": "tcps", "ssl_context": self.tls.context(net)}
        queries = chosen("oracle", self.skip, self.queries, "", 0)
        milliseconds = int(self.statement_timeout.seconds * 1000)

        def connect() -> dbapi.Connection:
            connection = module.connect(**options)
            connection.call_timeout = milliseconds
            return cast("dbapi.Connection", connection)

        return await dbapi.visit(net, module, connect, queries, self.timeout.seconds)
