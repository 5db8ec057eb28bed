"""What the journal proves, and what it does not."""

import pytest

from hisops.core import journal
from hisops.core.event import BackupFinished, DrillFinished
from hisops.io.store import Sqlite
from hisops.workflow import proof
from hisops.workflow.light import Light
from hisops.workflow.proof import Limit

LIMITS = {"his": Limit(backup_seconds=900, drill_seconds=86400, rto_seconds=60, rpo_seconds=900)}


@pytest.fixture
def store(tmp_path):
    store = Sqlite(str(tmp_path / "hisops.db"))
    yield store
    store.close()


def backup(io, store, copy="local", state="done"):
    event = BackupFinished(subject="his", copy=copy, state=state, tag="t")
    journal.record(store, event, at=io.now(), actor="test")


def drill(io, store, *, passed=True, rto=10.0):
    event = DrillFinished(subject="his", copy="site-b", passed=passed, rto_seconds=rto)
    journal.record(store, event, at=io.now(), actor="test")


def test_a_plan_that_never_ran_is_red(io, store):
    (row,) = proof.list_backups(store, LIMITS, io.now())

    assert (row.light, row.state) == (Light.BAD, "never ran")


def test_the_newest_run_of_each_copy_counts(io, store):
    backup(io, store, state="failed")
    backup(io, store, copy="site-b")
    io.advance(60)
    backup(io, store)

    rows = proof.list_backups(store, LIMITS, io.now())

    assert [(row.copy, row.light) for row in rows] == [("local", Light.OK), ("site-b", Light.OK)]


def test_a_backup_older_than_promised_is_stale(io, store):
    backup(io, store)
    io.advance(901)

    (row,) = proof.list_backups(store, LIMITS, io.now())

    assert row.light is Light.STALE


def test_a_plan_that_was_never_drilled_is_not_green(io, store):
    (row,) = proof.list_drills(store, LIMITS, io.now())

    assert row.light is Light.UNKNOWN


def test_a_drill_slower_than_promised_is_a_warning(io, store):
    drill(io, store, rto=61)

    (row,) = proof.list_drills(store, LIMITS, io.now())

    assert row.light is Light.WARN


def test_a_failed_drill_is_red(io, store):
    drill(io, store, passed=False)

    (row,) = proof.list_drills(store, LIMITS, io.now())

    assert row.light is Light.BAD
