"""The journal finds every change."""

import sqlite3
from datetime import UTC, datetime

import msgspec
import pytest

from hisops.core import journal
from hisops.core.event import JobFinished
from hisops.core.journal import Entry
from hisops.io.store import Sqlite

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    store = Sqlite(str(tmp_path / "hisops.db"))
    for number in range(3):
        event = JobFinished(subject=f"job{number}", outcome="done", code=0, seconds=1.5)
        journal.record(store, event, at=NOW, actor="test")
    yield store
    store.close()


def entries(store):
    return store.read(Entry, "SELECT * FROM event ORDER BY seq")


def test_an_untouched_chain_holds(store):
    assert journal.verify(entries(store)) is None


def test_gives_back_the_typed_event(store):
    assert entries(store)[1].event() == JobFinished(
        subject="job1", outcome="done", code=0, seconds=1.5
    )


@pytest.mark.parametrize("column", ["at", "actor", "data", "subject", "kind", "prev", "hash"])
def test_one_changed_byte_is_found(store, column):
    chain = entries(store)
    text = getattr(chain[1], column)
    other = text.replace("job1", "job7") if "job1" in text else text[:-1] + "~"
    chain[1] = msgspec.structs.replace(chain[1], **{column: other})

    found = journal.verify(chain)

    assert found is not None
    assert found.seq == 2


def test_a_missing_entry_is_found(store):
    chain = entries(store)

    found = journal.verify([chain[0], chain[2]])

    assert found is not None
    assert found.cause == "entry 2 is missing"


def test_the_database_refuses_to_change_an_entry(store):
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), store.write() as transaction:
        transaction.execute("UPDATE event SET actor = 'nobody' WHERE seq = 1")


def test_latest_gives_one_entry_per_subject(store):
    event = JobFinished(subject="job1", outcome="failed", code=1, seconds=2)
    journal.record(store, event, at=NOW, actor="test")

    found = journal.latest(store, JobFinished)

    assert [entry.seq for entry in found] == [1, 4, 3]
