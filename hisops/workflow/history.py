"""What Prometheus, or the store it writes to, remembers."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site

# Prometheus refuses more points of one series (web/api/v1/api.go).
MOST_POINTS = 11_000
_SECONDS = 60.0


class Track(Value, frozen=True, kw_only=True):
    """One series over time, a value for each moment that was asked for; None where it has none."""

    labels: Mapping[str, str]
    points: tuple[float | None, ...]


class _Series(Value, frozen=True, kw_only=True):
    metric: Mapping[str, str] = {}
    values: tuple[tuple[float, str], ...] = ()


class _Matrix(Value, frozen=True, kw_only=True):
    result: tuple[_Series, ...] = ()


class _Answer(Value, frozen=True, kw_only=True):
    status: str
    data: _Matrix = _Matrix()
    error: str = ""


def read(
    io: Io, site: Site, promql: str, *, end: float, step_seconds: float, count: int
) -> list[Track]:
    """Every series of an expression at `count` moments, the last one `end`.

    Raises OpsError when Prometheus refuses or does not answer.
    """
    start = end - step_seconds * (count - 1)
    words = {"query": promql, "start": f"{start:.3f}", "end": f"{end:.3f}"}
    words["step"] = f"{step_seconds:.3f}"
    asked = "&".join(f"{key}={quote(word, safe='')}" for key, word in words.items())
    url = f"{site.settings.prometheus.query_url}/api/v1/query_range"
    reply = io.http("GET", f"{url}?{asked}", timeout=_SECONDS)
    try:
        answer = msgspec.json.decode(reply.body, type=_Answer)
    except msgspec.DecodeError:
        raise OpsError(f"{url}: answered {reply.status} and no history") from None
    if answer.status != "success":
        raise OpsError(f"{promql}: {answer.error}", fix="mend the expression", code=Exit.USAGE)
    return [
        Track(labels=series.metric, points=_place(series, start, step_seconds, count))
        for series in answer.data.result
    ]


def _place(
    series: _Series, start: float, step_seconds: float, count: int
) -> tuple[float | None, ...]:
    """The values at their moments: Prometheus leaves out those that have none."""
    points: list[float | None] = [None] * count
    for at, text in series.values:
        index = round((at - start) / step_seconds)
        if 0 <= index < count:
            points[index] = float(text)
    return tuple(points)
