"""HAProxy as an API gateway: answers by class, times, queues and backends, by its statistics.

Through the socket of the runtime (`show stat`) or the statistics page (`;csv`): HAProxy's
Management Guide, section 9. Names of HAProxy's own Prometheus exporter.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.metric import Family, Labels, Sample
from hisops.core.text import Secret
from hisops.monitor.asking import visit
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sql import label, number
from hisops.wire.http import fetch
from hisops.wire.http_message import basic
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hisops.core.net import Net

_UP = Family("haproxy_up", "gauge", "Whether HAProxy gave its statistics")
_MOST_BYTES = 2_000_000
_MOST_ROWS = 500
_SIDES = {"0": "frontend", "1": "backend", "2": "server"}
_CODES = ("1xx", "2xx", "3xx", "4xx", "5xx", "other")


class _Rule(NamedTuple):
    column: str
    name: str
    help: str
    kind: str = "gauge"
    scale: float = 1
    sides: str = "frontend backend server"


_RULES = (
    _Rule("scur", "current_sessions", "Sessions at this moment"),
    _Rule("slim", "limit_sessions", "Most sessions that are taken"),
    _Rule("stot", "sessions_total", "Sessions so far", "counter"),
    _Rule("bin", "bytes_in_total", "Bytes received", "counter"),
    _Rule("bout", "bytes_out_total", "Bytes sent", "counter"),
    _Rule("ereq", "request_errors_total", "Requests that were none", "counter", 1, "frontend"),
    _Rule("dreq", "requests_denied_total", "Requests that rules denied", "counter", 1, "frontend backend"),
    _Rule("econ", "connection_errors_total", "Connections to servers that failed", "counter", 1, "backend server"),
    _Rule("eresp", "response_errors_total", "Answers of servers that were none", "counter", 1, "backend server"),
    _Rule("qcur", "current_queue", "Requests that wait for a server", "gauge", 1, "backend server"),
    _Rule("act", "active_servers", "Servers that take requests", "gauge", 1, "backend"),
    _Rule("rtime", "response_time_average_seconds", "Mean time of the last 1,024 answers", "gauge", 0.001, "backend server"),
    _Rule("chkfail", "check_failures_total", "Health checks that failed", "counter", 1, "server"),
)  # fmt: skip


class Haproxy(Probe, frozen=True, kw_only=True):
    """An HAProxy, by the path of its socket or the URL of its statistics page."""

    path: str = "/haproxy?stats;csv"
    user: str = ""
    password: Secret | None = None
    tls: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the statistics were given."""
        return await visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        if endpoint.text.startswith("/"):
            return Outcome(True, samples((await _by_socket(net, endpoint.text)).decode()))
        text = endpoint.text
        url = text if "://" in text else f"http://{text}{self.path}"
        headers: dict[str, str] = {}
        if self.password:
            headers["Authorization"] = basic(self.user, net.secret(self.password.ref))
        reply = await fetch(net, url, headers=headers, tls=self.tls, most_bytes=_MOST_BYTES)
        if not reply.is_ok:
            return Outcome(False, cause=f"HTTP status {reply.status}")
        return Outcome(True, samples(reply.body.decode()))


async def _by_socket(net: Net, path: str) -> bytes:
    stream = await net.connect(path, 0)
    try:
        await stream.send(b"show stat\n")
        answer = bytearray()
        while data := await stream.receive():
            answer += data
            if len(answer) > _MOST_BYTES:
                raise ValueError(f"more than {_MOST_BYTES} bytes")
        return bytes(answer)
    finally:
        stream.close()


def samples(text: str) -> list[Sample]:
    """The series of a page of statistics; raises ValueError when it is none."""
    if not text.startswith("# pxname,svname,"):
        raise ValueError("no statistics of HAProxy")
    found: list[Sample] = []
    try:
        for _, row in zip(range(_MOST_ROWS), csv.DictReader(text[2:].splitlines()), strict=False):
            found += _row(row)
    except csv.Error as error:
        raise ValueError(f"no table: {error}") from None
    return found


def _row(row: Mapping[str, str | None]) -> Iterator[Sample]:
    side = _SIDES.get(row.get("type") or "")
    if side is None:
        return
    labels: Labels = (("proxy", label(row.get("pxname"))),)
    if side == "server":
        labels += (("server", label(row.get("svname"))),)
    words = row.get("status") or ""  # `UP 1/3`: one of three checks that a change needs
    state = words if words == "no check" else words.partition(" ")[0]
    status = Family(f"haproxy_{side}_status", "gauge", "Whether this is the state of the service")
    yield Sample(status, 1, (*labels, ("state", label(state))))
    yield from _figures(row, side, labels)
    yield from _answers(row, side, labels)


def _figures(row: Mapping[str, str | None], side: str, labels: Labels) -> Iterable[Sample]:
    for rule in _RULES:
        value = number(row.get(rule.column))
        if side in rule.sides.split() and value is not None:
            family = Family(f"haproxy_{side}_{rule.name}", rule.kind, rule.help)
            yield Sample(family, value * rule.scale, labels)


def _answers(row: Mapping[str, str | None], side: str, labels: Labels) -> Iterable[Sample]:
    family = Family(f"haproxy_{side}_http_responses_total", "counter", "Answers by class of status")
    for code in _CODES:
        value = number(row.get(f"hrsp_{code}"))
        if value is not None:
            yield Sample(family, value, (*labels, ("code", code)))
