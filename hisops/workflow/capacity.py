"""How long the storage of a site will last: histories from Prometheus, forecasts, metrics."""

import math
from collections.abc import Iterable

from hisops.core.io import Io
from hisops.core.metric import Family, Sample, expose
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.monitor.forecast import STEP_SECONDS, WEEKS, Forecast, Step, forecast
from hisops.monitor.resource import RESOURCES, Resource
from hisops.workflow import history
from hisops.workflow.history import Track

INTERVAL_SECONDS = 6 * 3600
_POINTS = WEEKS * 7 * 86400 // STEP_SECONDS + 1
_OWN = ("class", "system", "tier", "zone")

_DAYS = Family(
    "hisops_capacity_days_to_full",
    "gauge",
    "Days until it is full: earliest, most likely, latest; +Inf while it does not grow.",
)
_GROWTH = Family(
    "hisops_capacity_growth_bytes_per_day",
    "gauge",
    "Growth per day: median over the last weeks, and of the last week.",
)
_USED = Family("hisops_capacity_used_bytes", "gauge", "Bytes in use when it was last looked at.")
_SIZE = Family("hisops_capacity_size_bytes", "gauge", "Bytes that it holds.")
_STEP = Family(
    "hisops_capacity_step_bytes", "gauge", "Bytes that came, or went, beyond the rhythm in 7 days."
)
_EVERY = Family("hisops_capacity_interval_seconds", "gauge", "How often the forecasts are written.")
_STEP_AGE_SECONDS = 7 * 86400


class Outlook(Value, frozen=True, kw_only=True):
    """One storage with its past and its forecast; `size` is None where it has none of its own."""

    kind: str
    host: str
    name: str
    team: str
    labels: tuple[tuple[str, str], ...]
    size: float | None
    points: tuple[float | None, ...]
    forecast: Forecast


def read(io: Io, site: Site, host: str = "") -> list[Outlook]:
    """Every storage that is measured, of one host or of all; what is full first stands first."""
    end = io.now().timestamp()
    found = [
        outlook
        for resource in RESOURCES
        for outlook in _outlooks(io, site, resource, end)
        if outlook.forecast.used is not None and (not host or outlook.host == host)
    ]
    return sorted(found, key=_urgency)


def publish(io: Io, site: Site, found: Iterable[Outlook]) -> None:
    """Write the forecasts as metrics for the agent to serve."""
    samples = [Sample(_EVERY, INTERVAL_SECONDS)]
    samples += [sample for outlook in found for sample in _samples(outlook)]
    io.write(f"{site.state}/metrics/capacity.prom", expose(samples))


def _outlooks(io: Io, site: Site, resource: Resource, end: float) -> list[Outlook]:
    tracks = _history(io, site, resource.used, end)
    sizes = {}
    if resource.size and tracks:
        sizes = {_key(resource, t): _newest(t) for t in _history(io, site, resource.size, end, 5)}
    merged: dict[tuple[str, str], Track] = {}
    for track in tracks:
        key = _key(resource, track)
        merged[key] = _join(merged[key], track) if key in merged else track
    return [_outlook(resource, key, track, sizes.get(key)) for key, track in merged.items()]


def _history(io: Io, site: Site, promql: str, end: float, count: int = _POINTS) -> list[Track]:
    return history.read(io, site, promql, end=end, step_seconds=STEP_SECONDS, count=count)


def _key(resource: Resource, track: Track) -> tuple[str, str]:
    return track.labels.get("instance", ""), resource.name(track.labels)


def _newest(track: Track) -> float | None:
    return next((value for value in reversed(track.points) if value is not None), None)


def _join(old: Track, new: Track) -> Track:
    """Two series of one storage, as after a change of its team or device; the newer one's labels."""
    if _last_index(old) > _last_index(new):
        old, new = new, old
    pairs = zip(old.points, new.points, strict=True)
    return Track(labels=new.labels, points=tuple(a if b is None else b for a, b in pairs))


def _last_index(track: Track) -> int:
    return max((i for i, value in enumerate(track.points) if value is not None), default=-1)


def _outlook(resource: Resource, key: tuple[str, str], track: Track, size: float | None) -> Outlook:
    return Outlook(
        kind=resource.kind,
        host=key[0],
        name=key[1],
        team=track.labels.get("team", ""),
        labels=tuple((k, track.labels[k]) for k in _OWN if track.labels.get(k)),
        size=size,
        points=track.points,
        forecast=forecast(track.points, size),
    )


def _urgency(outlook: Outlook) -> tuple[float, float, str, str]:
    days, growth = outlook.forecast.days, outlook.forecast.growth_per_day
    return (
        days.mid if days else math.inf,
        -(growth or 0.0),
        outlook.host,
        outlook.name,
    )


def recent_step(steps: Iterable[Step]) -> float:
    """Bytes that came beyond the rhythm within a week, less those that went."""
    return sum(step.size for step in steps if step.age_seconds <= _STEP_AGE_SECONDS)


def _samples(outlook: Outlook) -> list[Sample]:
    told = outlook.forecast
    # Not `instance` and `team`: those of the agent that serves the file would win.
    own = (("kind", outlook.kind), ("host", outlook.host), ("name", outlook.name))
    labels = (*own, ("owner", outlook.team), *((f"host_{k}", v) for k, v in outlook.labels))
    found = [Sample(_USED, told.used, labels)] if told.used is not None else []
    if outlook.size is not None:
        found.append(Sample(_SIZE, outlook.size, labels))
    for span, growth in (("median", told.growth_per_day), ("week", told.last_week_per_day)):
        if growth is not None:
            found.append(Sample(_GROWTH, growth, (*labels, ("span", span))))
    if told.growth_per_day is not None:
        found.append(Sample(_STEP, recent_step(told.steps), labels))
    if told.days:
        bounds = (("low", told.days.low), ("mid", told.days.mid), ("high", told.days.high))
        found += [Sample(_DAYS, days, (*labels, ("bound", bound))) for bound, days in bounds]
    return found
