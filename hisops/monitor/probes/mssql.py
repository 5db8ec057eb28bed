"""Microsoft SQL Server: backups, availability groups, locks and damage, by its own views.

Through python-tds (extra `mssql`); written after the reference of SQL Server and not run against
the real server. The queries stand in packs/mssql.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family
from hisops.core.text import Duration, Secret
from hisops.monitor import asking, dbapi
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sql import Query, chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from hisops.core.net import Net

_UP = Family("hisops_mssql_up", "gauge", "Whether SQL Server let us in and answered")


class Mssql(Probe, frozen=True, kw_only=True):
    """A SQL Server, verified by `ca_file`; without it the driver sends the password readable.

    `unencrypted` allows that.
    """

    user: str = "hisops"
    password: Secret | None = None
    database: str = "master"
    port: int = 1433
    ca_file: str = ""
    unencrypted: bool = False
    timeout: Duration = Duration(15)
    statement_timeout: Duration = Duration(2)
    skip: tuple[str, ...] = ()
    queries: Mapping[str, Query] = {}

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server let us in and answered."""
        return await asking.visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        if not (self.ca_file or self.unencrypted):
            cause = "the password would cross the network readable"
            fix = "give ca_file with the authority of the server, or unencrypted: true"
            raise OpsError(cause, fix=fix, code=Exit.REFUSED)
        module = dbapi.driver("pytds", "mssql")
        address = await net.resolve(endpoint.host)
        net.allow(address)
        options: dict[str, object] = {
            "user": self.user,
            "password": net.secret(self.password.ref) if self.password else "",
            "server": endpoint.host if self.ca_file else address,
            "port": endpoint.port(self.port),
            "database": self.database,
            "appname": "hisops",
            "timeout": self.statement_timeout.seconds,
            "login_timeout": self.statement_timeout.seconds,
            "autocommit": True,
            "readonly": True,
        }
        if self.ca_file:
            options["cafile"] = self.ca_file
        queries = chosen("mssql", self.skip, self.queries, "", 0)
        connect = cast("Callable[[], dbapi.Connection]", partial(module.connect, **options))
        return await dbapi.visit(net, module, connect, queries, self.timeout.seconds)
