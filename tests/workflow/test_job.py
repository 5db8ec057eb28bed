"""A job has one lock, one time-out, one outcome in the journal and one metric."""

import sys

import pytest

from hisops.core import journal
from hisops.core.errors import Exit, OpsError
from hisops.core.event import JobFinished
from hisops.core.schedule import Schedule
from hisops.core.text import Duration
from hisops.io.store import Sqlite
from hisops.workflow import job
from hisops.workflow.job import Job

COMMAND = (sys.executable, "-m", "hisops")


@pytest.fixture
def store(tmp_path):
    store = Sqlite(str(tmp_path / "hisops.db"))
    yield store
    store.close()


@pytest.fixture
def backup():
    daily = Schedule(every=Duration(86400), timeout=Duration(600))
    return Job(name="backup-his", argv=("backup", "run", "his"), schedule=daily)


def test_a_good_run_is_in_the_journal(io, store, site, backup):
    io.runs(*COMMAND, code=0)

    job.run(io, store, site, backup, actor="cron")

    (entry,) = journal.latest(store, JobFinished)
    assert (entry.event().outcome, entry.actor) == ("done", "cron")


def test_a_failed_run_keeps_the_line_of_cause(io, store, site, backup):
    io.runs(
        *COMMAND, code=13, err="working\nhisops: off-site does not answer\n  what to do: wait\n"
    )

    done = job.run(io, store, site, backup, actor="cron")

    assert (done.outcome, done.code, done.cause) == ("failed", 13, "off-site does not answer")


def test_a_second_run_at_the_same_time_is_refused(io, store, site, backup):
    io.locks.add(f"{site.state}/run/job-backup-his.lock")

    with pytest.raises(OpsError) as problem:
        job.run(io, store, site, backup, actor="cron")

    assert problem.value.code is Exit.LOCKED


def test_a_job_that_never_ran_has_its_limit_and_no_success(io, store, site, backup):
    job.publish(io, store, site, [backup])

    page = io.read(f"{site.state}/metrics/jobs.prom")

    assert 'hisops_job_max_age_seconds{name="backup-his"} 173400.0' in page
    assert "last_success" not in page


def test_a_failure_does_not_renew_the_last_success(io, store, site, backup):
    io.runs(*COMMAND, code=0)
    io.runs(*COMMAND, code=1)
    job.run(io, store, site, backup, actor="cron")
    good = io.now().timestamp()
    io.advance(3600)
    job.run(io, store, site, backup, actor="cron")

    job.publish(io, store, site, [backup])

    page = io.read(f"{site.state}/metrics/jobs.prom")
    assert f'hisops_job_last_success_timestamp_seconds{{name="backup-his"}} {good!r}' in page
    assert 'hisops_job_last_outcome{name="backup-his",outcome="failed"} 1' in page
