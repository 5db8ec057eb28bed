"""Scheduled jobs: one lock, one time-out, one outcome in the journal and one metric for each."""

from collections.abc import Iterable
from datetime import datetime

from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import JobFinished
from hisops.core.io import Io
from hisops.core.metric import Family, Sample, expose
from hisops.core.model import Value
from hisops.core.schedule import Schedule
from hisops.core.site import Site
from hisops.core.store import Store
from hisops.workflow.program import hisops

_LAST_SUCCESS = Family(
    "hisops_job_last_success_timestamp_seconds", "gauge", "When the job last ended well."
)
_LAST_RUN = Family("hisops_job_last_run_timestamp_seconds", "gauge", "When the job last ended.")
_OUTCOME = Family("hisops_job_last_outcome", "gauge", "1 for the outcome of the job's last run.")
_SECONDS = Family("hisops_job_duration_seconds", "gauge", "How long the job's last run took.")
_MAX_AGE = Family(
    "hisops_job_max_age_seconds",
    "gauge",
    "Age of the last success from which on somebody is paged.",
)
_SCHEDULED = Family(
    "hisops_job_scheduled_timestamp_seconds", "gauge", "When the job was put on the schedule."
)
_OUTCOMES = {
    Exit.DONE: "done",
    Exit.PARTIAL: "partial",
    Exit.FINDINGS: "findings",
    Exit.LOCKED: "locked",
    Exit.INTERRUPTED: "interrupted",
}


class Job(Value, frozen=True, kw_only=True):
    """A command line of hisops that runs on a schedule; `good` are the exit codes of success."""

    name: str
    argv: tuple[str, ...]
    schedule: Schedule
    good: tuple[int, ...] = (Exit.DONE,)

    @property
    def max_age_seconds(self) -> float:
        """Two periods and the time-out: one missed run is noticed before the next but one."""
        return 2 * self.schedule.every.seconds + self.schedule.timeout.seconds


def run(io: Io, store: Store, site: Site, job: Job, *, actor: str) -> JobFinished:
    """Run a job once; raises OpsError LOCKED when it runs already. A failure is an outcome."""
    with io.lock(f"{site.state}/run/job-{job.name}.lock"):
        finished = _execute(io, site, job)
        journal.record(store, finished, at=io.now(), actor=actor)
    return finished


def publish(io: Io, store: Store, site: Site, jobs: Iterable[Job]) -> None:
    """Write the metrics of all jobs from the journal, for the agent to serve."""
    samples = [s for job in jobs for s in _samples(store, job, _since(io, site, job))]
    io.write(f"{site.state}/metrics/jobs.prom", expose(samples))


def last_success(store: Store, job: Job) -> datetime | None:
    """When the job last ended with a good code."""
    for entry in journal.history(store, JobFinished, job.name):
        event = entry.event()
        if isinstance(event, JobFinished) and event.code in job.good:
            return datetime.fromisoformat(entry.at)
    return None


def _since(io: Io, site: Site, job: Job) -> float:
    """When the job was first known; from then on it is expected to succeed."""
    path = f"{site.state}/run/since-{job.name}"
    if not io.exists(path):
        io.write(path, repr(io.now().timestamp()))
    return float(io.read(path))


def _execute(io: Io, site: Site, job: Job) -> JobFinished:
    start = io.tick()
    try:
        done = io.run(hisops(site, *job.argv), timeout=job.schedule.timeout.seconds)
        code, cause = done.code, _cause(done.err.decode(errors="replace"))
        io.write(f"{site.state}/log/job-{job.name}.log", done.out + done.err)
    except OpsError as error:  # it hung and was ended, or its log cannot be written
        code, cause = int(error.code), error.cause
    outcome = _OUTCOMES.get(Exit(code), "failed") if code in list(Exit) else "failed"
    return JobFinished(
        subject=job.name,
        outcome=outcome,
        code=code,
        seconds=round(io.tick() - start, 3),
        cause="" if code in job.good else cause,
    )


def _cause(errors: str) -> str:
    """The line of cause that hisops itself printed, else the last line."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("hisops: ")]
    return (told or lines or [""])[-1].removeprefix("hisops: ")


def _samples(store: Store, job: Job, scheduled: float) -> list[Sample]:
    name = (("name", job.name),)
    samples = [
        Sample(_MAX_AGE, job.max_age_seconds, name),
        Sample(_SCHEDULED, scheduled, name),
    ]
    good = last_success(store, job)
    if good:
        samples.append(Sample(_LAST_SUCCESS, good.timestamp(), name))
    for entry in journal.latest(store, JobFinished, job.name):
        event = entry.event()
        if isinstance(event, JobFinished):
            ended = datetime.fromisoformat(entry.at).timestamp()
            samples += [
                Sample(_LAST_RUN, ended, name),
                Sample(_SECONDS, event.seconds, name),
                Sample(_OUTCOME, 1, (*name, ("outcome", event.outcome))),
            ]
    return samples
