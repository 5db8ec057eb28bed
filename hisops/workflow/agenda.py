"""What the site's policies promise: jobs and their times, limits of age, who is on call."""

from datetime import datetime

from hisops.alerting import rota
from hisops.backup import metrics, plan
from hisops.backup.plan import Plan
from hisops.core import site as sites
from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.schedule import Schedule
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.core.text import Duration
from hisops.power import metrics as power_metrics
from hisops.power import settings as power_settings
from hisops.workflow import job
from hisops.workflow.capacity import INTERVAL_SECONDS
from hisops.workflow.job import Job
from hisops.workflow.proof import Limit

_AUDIT = Job(
    name="audit",
    argv=("audit", "run"),
    schedule=Schedule(every=Duration(86400), at="06:00", timeout=Duration(1800)),
    good=(Exit.DONE, Exit.PARTIAL, Exit.FINDINGS),
)
_JOURNAL = Job(
    name="journal-verify",
    argv=("journal", "verify"),
    schedule=Schedule(every=Duration(86400), at="05:30", timeout=Duration(1800)),
)
_CAPACITY = Job(
    name="capacity",
    argv=("capacity", "--publish"),
    schedule=Schedule(every=Duration(INTERVAL_SECONDS), at="00:40", timeout=Duration(600)),
)
_NETWORK = Job(
    name="network",
    argv=("net", "prove", "--publish"),
    schedule=Schedule(every=Duration(900), timeout=Duration(120)),
    good=(Exit.DONE, Exit.PARTIAL, Exit.FINDINGS),
)

_POWER = Job(
    name="power-record",
    argv=("power", "record"),
    schedule=Schedule(every=Duration(3600), at="00:20", timeout=Duration(600)),
)


def plans(io: Io, site: Site) -> dict[str, Plan]:
    """The backup plans; raises OpsError USAGE with the first mistake in them."""
    found, problems = plan.read(io, site.root, site.state)
    _refuse(io, site, problems)
    return found


def jobs(io: Io, site: Site) -> list[Job]:
    """Every job of the site: backups first, their drills, audits, network, forecasts, power."""
    found = list(plans(io, site).values())
    backups = [
        Job(name=f"backup-{p.name}", argv=("backup", "run", p.name), schedule=p.schedule)
        for p in found
    ]
    drills = [
        Job(name=f"drill-{p.name}", argv=("drill", "run", p.name), schedule=p.drill.schedule)
        for p in found
    ]
    measured = [_CAPACITY] if "prometheus" in site.settings.stack else []
    network = [_NETWORK] if site.inventory.links else []
    power = [_POWER] if power_settings.read(io, site.root)[0].generators else []
    return [*backups, *drills, _AUDIT, _JOURNAL, *network, *measured, *power]


def limits(io: Io, site: Site) -> dict[str, Limit]:
    """What each plan must prove: its system's times, and the age of its last proofs."""
    systems = site.inventory.systems
    return {
        name: Limit(
            backup_seconds=each.max_age_seconds,
            drill_seconds=each.drill_max_age_seconds,
            rto_seconds=systems[each.system].rto_seconds,
            rpo_seconds=systems[each.system].rpo_seconds,
        )
        for name, each in plans(io, site).items()
        if each.system in systems
    }


def duties(io: Io, site: Site, at: datetime) -> dict[str, str]:
    """The name of the person on call for each team."""
    found, problems = rota.read(io, site.root, site.inventory, site.settings.timezone)
    _refuse(io, site, problems)
    people = site.inventory.people
    return {team: people[rota.on_call(found, team, at)[0]].name for team in found.teams}


def publish(io: Io, store: Store, site: Site) -> None:
    """Write the metrics of all jobs and plans, also of those that never ran, for the agent."""
    job.publish(io, store, site, jobs(io, site))
    metrics.publish(io, store, site, list(plans(io, site).values()))
    power_metrics.publish(io, store, site)


def _refuse(io: Io, site: Site, problems: list[Problem]) -> None:
    if problems:
        first = sites.tell(io, site.root, problems)[0]
        fix = first.fix or "see hisops check"
        raise OpsError(f"{first.place}: {first.cause}", fix=fix, code=Exit.USAGE)
