"""How the site is: a projection of the journal and of what Prometheus sees now."""

from datetime import datetime

from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.workflow import proof, running
from hisops.workflow.agenda import duties, jobs, limits
from hisops.workflow.light import Light, worst
from hisops.workflow.proof import AuditState, BackupState, DrillState, JobState
from hisops.workflow.running import AlertState, PartState, SystemState


class Status(Value, frozen=True, kw_only=True):
    """The site at one moment; `alerts` is None when Prometheus does not answer."""

    site: str
    folder: str
    state: str
    at: datetime
    light: Light
    parts: tuple[PartState, ...]
    systems: tuple[SystemState, ...]
    alerts: tuple[AlertState, ...] | None
    oncall: dict[str, str]
    backups: tuple[BackupState, ...]
    drills: tuple[DrillState, ...]
    audits: tuple[AuditState, ...]
    jobs: tuple[JobState, ...]


def read(io: Io, store: Store, site: Site) -> Status:
    """The status now; raises OpsError when a site file is wrong."""
    now, promised = io.now(), limits(io, site)
    parts, systems = running.list_parts(io, site), running.list_systems(io, site)
    alerts = running.list_alerts(io, site)
    backups, drills = (
        proof.list_backups(store, promised, now),
        proof.list_drills(store, promised, now),
    )
    audits, done = proof.list_audits(store, now), proof.list_jobs(store, jobs(io, site), now)
    lights = [
        *(row.light for row in parts),
        *(row.light for row in systems),
        *(row.light for row in backups),
        *(row.light for row in drills),
        *(row.light for row in audits),
        *(row.light for row in done),
    ]
    return Status(
        site=site.settings.name,
        folder=site.root,
        state=site.state,
        at=now,
        light=worst([*lights, running.loudest(alerts)]),
        parts=tuple(parts),
        systems=tuple(systems),
        alerts=None if alerts is None else tuple(alerts),
        oncall=duties(io, site, now),
        backups=tuple(backups),
        drills=tuple(drills),
        audits=tuple(audits),
        jobs=tuple(done),
    )
