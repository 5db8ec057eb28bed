"""Metrics of backups and drills, written from the journal for the agent to serve."""

from collections.abc import Iterable
from datetime import datetime

from hisops.backup.ledger import newest_good
from hisops.backup.plan import LOCAL, Plan
from hisops.core import journal
from hisops.core.event import BackupFinished, DrillFinished
from hisops.core.io import Io
from hisops.core.metric import Family, Sample, expose
from hisops.core.site import Site
from hisops.core.store import Store


def _gauge(name: str, help: str) -> Family:
    return Family(f"hisops_{name}", "gauge", help)


_SUCCESS = _gauge(
    "backup_last_success_timestamp_seconds", "Moment that the newest good backup stands for."
)
_MAX_AGE = _gauge("backup_max_age_seconds", "Age of the newest good backup that pages somebody.")
_STATE = _gauge("backup_state", "1 for the state that the last run ended in.")
_SECONDS = _gauge("backup_run_duration_seconds", "How long the last run took.")
_FILES = _gauge("backup_source_files", "Files in the last run.")
_BYTES = _gauge("backup_source_bytes", "Bytes in the last run.")
_ADDED = _gauge("backup_added_bytes", "Bytes that the last run added to the repository.")
_DRILL_SUCCESS = _gauge("drill_last_success_timestamp_seconds", "When a drill last passed.")
_PASSED = _gauge("drill_passed", "1 when the last drill passed.")
_RTO = _gauge("drill_duration_seconds", "Time to a verified restore in the last drill.")
_RPO = _gauge("drill_rpo_seconds", "Age of the restored data when the last drill started.")
_FAILED = _gauge("drill_assertions_failed", "Assertions of the last drill that did not hold.")
_DRILL_MAX_AGE = _gauge("drill_max_age_seconds", "Age of the last passed drill that pages.")


def publish(io: Io, store: Store, site: Site, plans: Iterable[Plan]) -> None:
    """Write the metric files of these plans; a plan that never ran has its limits there."""
    for plan in plans:
        samples = [
            s for name in (LOCAL, *(c.to for c in plan.copies)) for s in _of(store, plan, name)
        ]
        io.write(f"{site.state}/metrics/backup-{plan.name}.prom", expose(samples))
        io.write(f"{site.state}/metrics/drill-{plan.name}.prom", expose(_drills(store, plan)))


def _of(store: Store, plan: Plan, copy: str) -> list[Sample]:
    labels = (("plan", plan.name), ("copy", copy))
    samples = [Sample(_MAX_AGE, plan.max_age_seconds, labels)]
    good = newest_good(store, plan.name, copy)
    if good is not None:
        samples.append(Sample(_SUCCESS, good.data_at, labels))
    for entry in journal.history(store, BackupFinished, plan.name):
        event = entry.event()
        if isinstance(event, BackupFinished) and event.copy == copy:
            samples += [
                Sample(_STATE, 1, (*labels, ("state", event.state))),
                Sample(_SECONDS, event.seconds, labels),
                Sample(_FILES, event.files, labels),
                Sample(_BYTES, event.size_bytes, labels),
                Sample(_ADDED, event.added_bytes, labels),
            ]
            break
    return samples


def _drills(store: Store, plan: Plan) -> list[Sample]:
    labels = (("plan", plan.name),)
    samples = [Sample(_DRILL_MAX_AGE, plan.drill_max_age_seconds, labels)]
    last = None
    for entry in journal.history(store, DrillFinished, plan.name):
        event = entry.event()
        if not isinstance(event, DrillFinished):
            continue
        if last is None:
            last = event
            failed = sum(not assertion.passed for assertion in event.assertions)
            samples += [
                Sample(_PASSED, int(event.passed), labels),
                Sample(_RTO, event.rto_seconds, labels),
                Sample(_RPO, event.rpo_seconds, labels),
                Sample(_FAILED, failed, labels),
            ]
        if event.passed:
            at = datetime.fromisoformat(entry.at).timestamp()
            samples.append(Sample(_DRILL_SUCCESS, at, labels))
            break
    return samples
