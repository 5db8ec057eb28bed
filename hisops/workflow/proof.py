"""What the journal proves: the last backups, drills, audits and jobs, with their age."""

from collections.abc import Iterable
from datetime import datetime

from hisops.core import journal
from hisops.core.event import AuditFinished, BackupFinished, DrillFinished, JobFinished
from hisops.core.journal import Entry
from hisops.core.model import Value
from hisops.core.store import Store
from hisops.workflow.job import Job
from hisops.workflow.light import Light, fresh

_NEWEST = 500
_DAY = 86400.0
AUDIT_LIMIT_SECONDS = 2 * _DAY


class Limit(Value, frozen=True, kw_only=True):
    """What a plan promises: from which age on its backup and its drill do not count."""

    backup_seconds: float
    drill_seconds: float
    rto_seconds: float
    rpo_seconds: float


class BackupState(Value, frozen=True, kw_only=True):
    """The last run of a plan's copy."""

    plan: str
    copy: str
    light: Light
    state: str
    at: str
    age_seconds: float
    snapshot: str


class DrillState(Value, frozen=True, kw_only=True):
    """The last drill of a plan, with the times that it proved and those that it should."""

    plan: str
    light: Light
    passed: bool
    at: str
    age_seconds: float
    rto_seconds: float
    rto_limit_seconds: float
    rpo_seconds: float
    rpo_limit_seconds: float


class AuditState(Value, frozen=True, kw_only=True):
    """The last result of a check on a host."""

    check: str
    light: Light
    failed: int
    unknown: int
    summary: str
    at: str
    age_seconds: float


class JobState(Value, frozen=True, kw_only=True):
    """The last run of a job."""

    job: str
    light: Light
    outcome: str
    at: str
    age_seconds: float


def list_backups(store: Store, limits: dict[str, Limit], now: datetime) -> list[BackupState]:
    """Newest run of each planned plan and copy; a plan that never ran is a row, too."""
    rows: dict[tuple[str, str], BackupState] = {}
    for entry in _newest(store, "backup.finished"):
        event = entry.event()
        if isinstance(event, BackupFinished) and event.subject in limits:
            key = (event.subject, event.copy)
            rows.setdefault(key, _backup(entry, event, limits[event.subject], now))
    never = [_never_backed_up(plan) for plan in limits if not any(k[0] == plan for k in rows)]
    return sorted([*rows.values(), *never], key=lambda row: (row.plan, row.copy))


def list_drills(store: Store, limits: dict[str, Limit], now: datetime) -> list[DrillState]:
    """Newest drill of each plan; a plan that was never drilled is not green."""
    rows = {}
    for entry in journal.latest(store, DrillFinished):
        event = entry.event()
        if isinstance(event, DrillFinished) and event.subject in limits:
            rows[event.subject] = _drill(entry, event, limits[event.subject], now)
    return [rows.get(plan) or _never_drilled(plan, limit) for plan, limit in sorted(limits.items())]


def list_audits(store: Store, now: datetime) -> list[AuditState]:
    """Newest result of each check and host."""
    rows = []
    for entry in journal.latest(store, AuditFinished):
        event, age = entry.event(), _age(entry, now)
        if isinstance(event, AuditFinished):
            light = Light.WARN if event.failed else Light.UNKNOWN if event.unknown else Light.OK
            rows.append(
                AuditState(
                    check=event.subject,
                    light=fresh(light, age, AUDIT_LIMIT_SECONDS),
                    failed=event.failed,
                    unknown=event.unknown,
                    summary=event.summary,
                    at=entry.at,
                    age_seconds=age,
                )
            )
    return rows


def list_jobs(store: Store, jobs: Iterable[Job], now: datetime) -> list[JobState]:
    """Newest run of each of these jobs."""
    known = {job.name: job for job in jobs}
    rows = []
    for entry in journal.latest(store, JobFinished):
        event, age = entry.event(), _age(entry, now)
        if isinstance(event, JobFinished) and event.subject in known:
            job = known[event.subject]
            good = event.code in job.good
            rows.append(
                JobState(
                    job=event.subject,
                    light=fresh(Light.OK if good else Light.BAD, age, job.max_age_seconds),
                    outcome=event.outcome,
                    at=entry.at,
                    age_seconds=age,
                )
            )
    return rows


def _newest(store: Store, kind: str) -> list[Entry]:
    sql = "SELECT * FROM event WHERE kind = ? ORDER BY seq DESC LIMIT ?"
    return store.read(Entry, sql, (kind, _NEWEST))


def _backup(entry: Entry, event: BackupFinished, limit: Limit, now: datetime) -> BackupState:
    age = _age(entry, now)
    good = {"done": Light.OK, "partial": Light.WARN}.get(event.state, Light.BAD)
    return BackupState(
        plan=event.subject,
        copy=event.copy,
        light=fresh(good, age, limit.backup_seconds),
        state=event.state,
        at=entry.at,
        age_seconds=age,
        snapshot=event.snapshot[:8],
    )


def _drill(entry: Entry, event: DrillFinished, limit: Limit, now: datetime) -> DrillState:
    age = _age(entry, now)
    slow = event.rto_seconds > limit.rto_seconds or event.rpo_seconds > limit.rpo_seconds
    good = Light.BAD if not event.passed else Light.WARN if slow else Light.OK
    return DrillState(
        plan=event.subject,
        light=fresh(good, age, limit.drill_seconds),
        passed=event.passed,
        at=entry.at,
        age_seconds=age,
        rto_seconds=event.rto_seconds,
        rto_limit_seconds=limit.rto_seconds,
        rpo_seconds=event.rpo_seconds,
        rpo_limit_seconds=limit.rpo_seconds,
    )


def _never_backed_up(plan: str) -> BackupState:
    return BackupState(
        plan=plan, copy="-", light=Light.BAD, state="never ran", at="-", age_seconds=0, snapshot=""
    )


def _never_drilled(plan: str, limit: Limit) -> DrillState:
    return DrillState(
        plan=plan,
        light=Light.UNKNOWN,
        passed=False,
        at="never",
        age_seconds=0,
        rto_seconds=0,
        rto_limit_seconds=limit.rto_seconds,
        rpo_seconds=0,
        rpo_limit_seconds=limit.rpo_seconds,
    )


def _age(entry: Entry, now: datetime) -> float:
    return round((now - datetime.fromisoformat(entry.at)).total_seconds(), 1)
