"""Power as Prometheus remembers it: generator runs into the journal, meters into a bill."""

from datetime import UTC, datetime

from hisops.core import journal
from hisops.core.event import GeneratorRan
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.core.text import Duration
from hisops.power import energy, generator, metrics
from hisops.power.energy import Bill, Meter
from hisops.power.generator import Points, Watched
from hisops.power.settings import Generator, Power
from hisops.workflow import history, live

_STEP_SECONDS = 5.0
_WINDOW_SECONDS = 12 * 3600.0
_FIRST_LOOK_SECONDS = 35 * 86400.0
_AROUND_STEPS = 24


class Entry(Value, frozen=True, kw_only=True):
    """A line of the generator's log; `overdue` says that its last good test is too old."""

    generator: str
    started: datetime | None = None
    run_seconds: float = 0.0
    load: float | None = None
    transfer_seconds: float | None = None
    passed: bool = False
    overdue: bool
    cause: str


class Idle(Value, frozen=True, kw_only=True):
    """A server that does next to nothing, and what its power costs in a year."""

    instance: str
    cpu: float
    watts: float | None
    cost_year: float | None


def record(io: Io, store: Store, site: Site, power: Power, *, actor: str) -> list[GeneratorRan]:
    """Put the runs since the last look into the journal, and write the metric file.

    Raises OpsError when Prometheus does not answer.
    """
    events: list[GeneratorRan] = []
    until = io.now().timestamp()
    for name in power.generators:
        mark = f"{site.state}/run/generator-{name}"
        since = float(io.read(mark)) if io.exists(mark) else until - _FIRST_LOOK_SECONDS
        found, seen_until = _look(io, site, power, name, since, until, _told(store, name))
        for event in found:
            journal.record(store, event, at=io.now(), actor=actor)
        io.write(mark, repr(seen_until))
        events += found
    metrics.publish(io, store, site)
    return events


def log(io: Io, store: Store, power: Power, last: int) -> list[Entry]:
    """The newest runs of each generator; one without any has an empty line."""
    now, entries = io.now().timestamp(), []
    for name in power.generators:
        runs = [entry.event() for entry in journal.history(store, GeneratorRan, name)]
        events = [event for event in runs if isinstance(event, GeneratorRan)]
        ends = [event.started_at + event.seconds for event in events if event.passed]
        overdue = now - max(ends, default=0.0) > power.exercise.every.seconds
        entries += [_entry(event, overdue) for event in events[:last]]
        if not events:
            entries.append(Entry(generator=name, overdue=overdue, cause="never seen to run"))
    return entries


def bill(io: Io, site: Site, power: Power, over: Duration) -> Bill:
    """What the site's electricity costs in a month, by the average over a time."""
    seconds = f"{over.seconds:.0f}s"
    found = live.query(io, site, f"avg_over_time(hisops_sensor_watts[{seconds}])")
    meters = [
        Meter(
            instance=series.metric.get("instance", ""),
            sensor=series.metric.get("sensor", ""),
            watts=series.number,
        )
        for series in found
    ]
    facility = None
    if power.meters.facility:
        whole = f"avg_over_time(({power.meters.facility})[{seconds}:5m])"
        answer = live.query(io, site, whole)
        facility = sum(series.number for series in answer) if answer else None
    return energy.count(meters, site.inventory, power, facility)


def idle(io: Io, site: Site, power: Power) -> list[Idle]:
    """Servers whose processors did less than the limit, the idlest first."""
    seconds = f"{power.idle.over.seconds:.0f}s"
    busy = f'1 - avg by (instance) (rate(node_cpu_seconds_total{{mode="idle"}}[{seconds}]))'
    watts = energy.by_host(
        Meter(
            instance=s.metric.get("instance", ""), sensor=s.metric.get("sensor", ""), watts=s.number
        )
        for s in live.query(io, site, f"avg_over_time(hisops_sensor_watts[{seconds}])")
    )
    found = []
    for series in live.query(io, site, f"{busy} < {power.idle.cpu}"):
        name = series.metric.get("instance", "")
        mine = watts.get(name)
        cost = None if mine is None else mine / 1000 * 8766 * power.tariff.price_per_kwh
        found.append(Idle(instance=name, cpu=series.number, watts=mine, cost_year=cost))
    return sorted(found, key=lambda each: (each.cpu, each.instance))


def _entry(event: GeneratorRan, overdue: bool) -> Entry:
    return Entry(
        generator=event.subject,
        started=datetime.fromtimestamp(event.started_at, UTC),
        run_seconds=event.seconds,
        load=event.load,
        transfer_seconds=event.transfer_seconds,
        passed=event.passed,
        overdue=overdue,
        cause=event.cause,
    )


def _look(
    io: Io, site: Site, power: Power, name: str, since: float, until: float, told: float
) -> tuple[list[GeneratorRan], float]:
    """Runs that ended between two moments, and from where on to look the next time.

    A run that still goes on is looked at again as a whole, with the loss of mains before it; one
    that fills a window is told in pieces. Nothing that ended before `told` is told twice.
    """
    events: list[GeneratorRan] = []
    start = since
    while until - start >= 2 * _STEP_SECONDS:
        count = int(min(until - start, _WINDOW_SECONDS) / _STEP_SECONDS) + 1
        watched = _watch(io, site, name, power.generators[name], start, count)
        begin, start = start, _after(start, count)
        for run in generator.find_runs(watched):
            if not run.ended and run.first > _AROUND_STEPS:
                start = begin + (run.first - _AROUND_STEPS) * _STEP_SECONDS
                break
            if not run.ended and count * _STEP_SECONDS < _WINDOW_SECONDS:
                return events, begin
            event = generator.describe(name, watched, run, power.exercise)
            if event.started_at + event.seconds > told:
                events.append(event)
    return events, start


def _after(start: float, count: int) -> float:
    return start + (count - 1) * _STEP_SECONDS


def _told(store: Store, name: str) -> float:
    """When the last run that stands in the journal had ended."""
    for entry in journal.latest(store, GeneratorRan, name):
        event = entry.event()
        if isinstance(event, GeneratorRan):
            return event.started_at + event.seconds
    return 0.0


def _watch(io: Io, site: Site, name: str, settings: Generator, start: float, count: int) -> Watched:
    running = settings.running or f'hisops_contact_state{{kind="generator",contact="{name}"}}'
    load = settings.load or f'hisops_sensor_ratio{{kind="load",sensor="{name}"}}'

    def points(promql: str, *, lowest: bool = False) -> Points:
        end = _after(start, count)
        tracks = history.read(io, site, promql, end=end, step_seconds=_STEP_SECONDS, count=count)
        return generator.join((track.points for track in tracks), count, lowest=lowest)

    seen = points(running)
    if not any(seen):  # most windows: three questions less
        nothing: Points = [None] * count
        return Watched(start, _STEP_SECONDS, seen, nothing, nothing, nothing)
    battery, mains = points(settings.on_battery), points(settings.mains, lowest=True)
    return Watched(start, _STEP_SECONDS, seen, points(load), battery, mains)
