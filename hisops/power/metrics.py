"""What the shutdown needs, as metrics for the agent to serve: the rules compare runtimes with it."""

from hisops.core import journal
from hisops.core.event import GeneratorRan
from hisops.core.io import Io
from hisops.core.metric import Family, Sample, expose
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.power import graph, settings, shutdown
from hisops.power.settings import Power

_NEED = Family("hisops_power_shutdown_need_seconds", "gauge", "How long an ordered shutdown takes.")
_TRIGGER = Family(
    "hisops_power_shutdown_trigger_seconds",
    "gauge",
    "Runtime of the UPS at which an ordered shutdown must begin.",
)
_EVERY = Family(
    "hisops_generator_test_max_age_seconds", "gauge", "How old the last good test may be."
)
_TESTED = Family(
    "hisops_generator_test_last_success_timestamp_seconds",
    "gauge",
    "When the generator last ran as a test must; 0 when it never did.",
)


def publish(io: Io, store: Store, site: Site) -> None:
    """Write the metric file of a site that has a power.yml; does nothing for another.

    A mistake in power.yml leaves the file as it is: `hisops check` tells it.
    """
    if not settings.exists(io, site.root):
        return
    power, problems = settings.read(io, site.root)
    if not problems:
        io.write(f"{site.state}/metrics/power.prom", expose(describe(store, site, power)))


def describe(store: Store, site: Site, power: Power) -> list[Sample]:
    """The figures of this site."""
    plan = shutdown.plan(graph.build(site.inventory, power), power)
    samples = [Sample(_NEED, plan.need_seconds), Sample(_TRIGGER, plan.trigger_seconds)]
    for name in power.generators:
        labels = (("generator", name),)
        samples.append(Sample(_EVERY, power.exercise.every.seconds, labels))
        samples.append(Sample(_TESTED, _last_test(store, name), labels))
    return samples


def _last_test(store: Store, generator: str) -> float:
    for entry in journal.history(store, GeneratorRan, generator):
        event = entry.event()
        if isinstance(event, GeneratorRan) and event.passed:
            return event.started_at + event.seconds
    return 0.0
