"""The verdict over a run: each assertion with the run that it must refuse."""

import msgspec
import pytest

from hisops.backup import ledger, plan, verdict
from hisops.backup.restic import Summary
from hisops.backup.source import Piece, Prepared
from hisops.core.event import BackupFinished

PLAN = """\
work:
  system: his
  source: {kind: files, paths: [/srv/data]}
  schedule: {every: 1 d}
  expect: {min_files: 10, min_bytes: 1 KB, max_drop: 20%}
  repository: {url: /srv/backup, password: "credential:restic"}
  retention: {daily: 7}
  drill: {every: 30 d, assert: [{checksums: true}]}
"""
NEW = "aa11bb22" + "0" * 56
OLD = "cc33dd44" + "0" * 56
FRAME = BackupFinished(subject="work", copy="local", state="", tag="t")
EARLIER = msgspec.structs.replace(
    FRAME, state="done", files=100, size_bytes=10_000, parts={"files": OLD}
)


@pytest.fixture
def judge(io):
    io.write("/site/backup/a.yml", PLAN)
    plans, problems = plan.read(io, "/site", "/state")
    assert problems == []

    def run(*, files=100, count=10_000, unread=(), ids=(NEW, OLD), earlier=(EARLIER,)):
        prepared = Prepared(
            pieces=(Piece(name="files", paths=("/srv/data",)),),
            data_at=1.0,
            files=files,
            size_bytes=count,
        )
        summary = Summary(
            snapshot_id=NEW[:8],
            total_files_processed=files,
            total_bytes_processed=count,
            unread=unread,
        )
        return verdict.judge(
            plans["work"], FRAME, prepared, {"files": summary}, ids=ids, earlier=earlier
        )

    return run


def test_a_run_like_the_earlier_ones_is_done(judge):
    event = judge()

    assert (event.state, event.snapshot, event.cause) == ("done", NEW, "")
    assert all(assertion.passed for assertion in event.assertions)


@pytest.mark.parametrize(
    ("run", "cause"),
    [
        ({"files": 9, "earlier": ()}, "enough files"),
        ({"count": 999, "earlier": ()}, "enough bytes"),
        ({"files": 79}, "less than usual"),
        ({"count": 7_999}, "less than usual"),
        ({"ids": (OLD,)}, "every new snapshot is listed"),
        ({"ids": (NEW,)}, "every earlier snapshot is listed"),
    ],
)
def test_a_run_that_breaks_one_promise_is_suspicious(judge, run, cause):
    event = judge(**run)

    assert event.state == "suspicious"
    assert cause in event.cause
    assert "hisops backup accept work" in event.fix


def test_a_run_with_unread_files_is_partial(judge):
    event = judge(unread=("/srv/data/locked",))

    assert event.state == "partial"
    assert "/srv/data/locked" in event.cause


def test_an_accepted_run_is_the_new_measure(judge):
    accepted = msgspec.structs.replace(
        EARLIER, files=10, size_bytes=1_000, cause=f"{ledger.ACCEPTED}moved to tape"
    )

    event = judge(files=10, count=1_000, earlier=(accepted, EARLIER))

    assert event.state == "done"
