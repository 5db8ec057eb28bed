"""InterSystems IRIS: its own metrics (/api/monitor/metrics), and whether anybody may read them.

Written after InterSystems' Monitoring Guide; not run against the real server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core import metric_text
from hisops.core.metric import Family, Sample
from hisops.core.text import Secret
from hisops.monitor.asking import visit
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sql import label, number
from hisops.wire.http import Reply, fetch
from hisops.wire.http_message import basic
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net

_UP = Family("hisops_iris_up", "gauge", "Whether IRIS gave its metrics")
_OPEN = Family("hisops_iris_unauthenticated", "gauge", "Whether IRIS gives its metrics to anybody")
_CUT = Family("hisops_iris_series_cut", "gauge", "Whether IRIS gave more series than are taken")
_MOST_BYTES = 2_000_000
_MOST_SERIES = 2000
_WANTS_LOGIN = (401, 403)


class Iris(Probe, frozen=True, kw_only=True):
    """An IRIS instance; its series go through as they are, those that begin with `iris_` only.

    It is asked without a log-in first: the default of IRIS is to answer that.
    """

    port: int = 52773
    path: str = "/api/monitor/metrics"
    user: str = ""
    password: Secret | None = None
    tls: Tls | None = None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when it gave its metrics."""
        return await visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        reply = await self._fetch(net, endpoint, {})
        is_open = reply.is_ok
        if reply.status in _WANTS_LOGIN and self.password:
            login = basic(self.user, net.secret(self.password.ref))
            reply = await self._fetch(net, endpoint, {"Authorization": login})
        found = [Sample(_OPEN, int(is_open))]
        if not reply.is_ok:
            return Outcome(False, found, f"HTTP status {reply.status}")
        return Outcome(True, [*found, *pass_on(reply.body.decode(errors="replace"))])

    async def _fetch(self, net: Net, endpoint: Endpoint, headers: dict[str, str]) -> Reply:
        scheme = "https" if self.tls else "http"
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        url = f"{scheme}://{host}:{endpoint.port(self.port)}{self.path}"
        return await fetch(net, url, headers=headers, tls=self.tls or Tls(), most_bytes=_MOST_BYTES)


def pass_on(text: str) -> list[Sample]:
    """The series of a page that are IRIS' own; raises ValueError for what is no such page."""
    series, values = metric_text.parse(text)
    found = []
    for (family, labels), value in zip(series, values, strict=True):
        figure = number(value)
        if family.name.startswith("iris_") and figure is not None:
            found.append(Sample(family, figure, tuple((k, label(v)) for k, v in labels)))
    cut = Sample(_CUT, int(len(found) > _MOST_SERIES))
    return [*found[:_MOST_SERIES], cut]
