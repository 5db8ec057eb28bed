"""HTTP that answers in JSON: values at paths of the document become metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Labels, Sample
from hisops.core.model import Value
from hisops.core.text import Secret
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sql import Metric, label, number
from hisops.wire import json_path
from hisops.wire.http import fetch
from hisops.wire.http_message import basic
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net

_STATUS = Family("probe_http_status_code", "gauge", "Response HTTP status code")
_MOST_BYTES = 2_000_000
_KEY = "@key"


class Pick(Value, frozen=True, kw_only=True):
    """What to take: at each place of `each`, the value at `value` with labels from their paths.

    The path `@key` is the key or index that `*` stood for. `words` gives texts a number.
    """

    metric: Metric
    each: str = "$"
    value: str = "$"
    labels: Mapping[str, str] = {}
    words: Mapping[str, float] = {}

    def __post_init__(self) -> None:
        for path in (self.each, self.value, *self.labels.values()):
            json_path.steps(path)


class HttpJson(Probe, frozen=True, kw_only=True):
    """A GET of the target, or of `path` on it; a pick that finds nothing is a failure."""

    path: str = "/"
    picks: tuple[Pick, ...]
    headers: Mapping[str, str] = {}
    user: str = ""
    password: Secret | None = None
    tls: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the answer is 2xx and every pick found a number."""
        headers = {"Accept": "application/json", **self.headers}
        if self.password:
            headers["Authorization"] = basic(self.user, net.secret(self.password.ref))
        url = address(endpoint.text, self.path)
        reply = await fetch(net, url, headers=headers, tls=self.tls, most_bytes=_MOST_BYTES)
        status = Sample(_STATUS, reply.status)
        if not reply.is_ok:
            return Outcome(False, [status], f"HTTP status {reply.status}")
        document = json_path.decode(reply.body)
        found = [status]
        empty = []
        for pick in self.picks:
            samples = take(document, pick)
            found += samples
            if not samples:
                empty.append(f"{pick.each} {pick.value}")
        cause = f"no number at {', '.join(empty[:3])}" if empty else ""
        return Outcome(not empty, found, cause)


def address(target: str, path: str) -> str:
    """The URL of a target: as it is written when it is one, else `path` over HTTP."""
    return target if "://" in target else f"http://{target}/{path.removeprefix('/')}"


def take(document: object, pick: Pick) -> list[Sample]:
    """The samples that a pick finds in a document; of places with the same labels the first."""
    metric = pick.metric
    family = Family(metric.name, metric.kind, metric.help or metric.name)
    found: dict[Labels, Sample] = {}
    for place in json_path.find_each(document, pick.each):
        labels = tuple((name, _text(place, path)) for name, path in pick.labels.items())
        for at in json_path.find_each(place.value, pick.value)[:1]:
            word = pick.words.get(at.value) if isinstance(at.value, str) else None
            value = number(at.value) if word is None else word
            if value is not None and not isinstance(at.value, list | dict):
                found.setdefault(labels, Sample(family, value * metric.scale, labels))
    return list(found.values())


def _text(place: json_path.Found, path: str) -> str:
    if path == _KEY:
        return label(place.key)
    inside = json_path.find_each(place.value, path)
    plain = inside[0].value if inside else None
    return "" if isinstance(plain, list | dict) else label(plain)
