"""What Prometheus sees at this moment."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site

T = TypeVar("T")


class Series(Value, frozen=True, kw_only=True):
    """One result of an instant query."""

    metric: dict[str, str]
    value: tuple[float, str]

    @property
    def number(self) -> float:
        """The value."""
        return float(self.value[1])


class _Vector(Value, frozen=True, kw_only=True):
    result: tuple[Series, ...] = ()


class _Answer(Value, frozen=True, kw_only=True):
    status: str
    data: _Vector = _Vector()
    error: str = ""


class Alert(Value, frozen=True, kw_only=True):
    """An alert as Prometheus holds it."""

    labels: dict[str, str]
    annotations: Mapping[str, str] = {}
    state: str
    activeAt: str = ""  # noqa: N815 - Prometheus' own name


class _Alerts(Value, frozen=True, kw_only=True):
    alerts: tuple[Alert, ...] = ()


class _AlertAnswer(Value, frozen=True, kw_only=True):
    data: _Alerts = _Alerts()


def query(io: Io, site: Site, promql: str) -> list[Series]:
    """Results of an instant query; raises OpsError when Prometheus refuses or does not answer."""
    url = f"{site.settings.prometheus.query_url}/api/v1/query?query={quote(promql, safe='')}"
    answer = _get(io, url, _Answer)
    if answer.status != "success":
        raise OpsError(f"{promql}: {answer.error}", fix="mend the expression", code=Exit.USAGE)
    return list(answer.data.result)


def firing(io: Io, site: Site) -> list[Alert]:
    """Alerts that fire now; raises OpsError when Prometheus does not answer."""
    answer = _get(io, f"{site.settings.prometheus.url}/api/v1/alerts", _AlertAnswer)
    return [alert for alert in answer.data.alerts if alert.state == "firing"]


def _get(io: Io, url: str, kind: type[T]) -> T:
    reply = io.http("GET", url, timeout=3)
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError:
        place = url.split("?", 1)[0]
        raise OpsError(f"{place}: answered {reply.status} and no result") from None
