"""The database: a transaction is seen whole, a newer or older release is known."""

import sqlite3
import threading
from pathlib import Path

import pytest

from hisops.core.errors import OpsError
from hisops.io import store as store_module
from hisops.io.store import Sqlite
from tests.io.database import Name, Page, add, pages, run


def test_commits_are_synced_to_a_write_ahead_log(store):
    connection = store._connection()

    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_rows_come_as_structs_and_counts_as_numbers(store):
    add(store, "b", 2)
    add(store, "a", 1)

    assert pages(store) == [Page("a", 1), Page("b", 2)]
    with store.write() as transaction:
        assert transaction.execute("DELETE FROM page WHERE number > ?", (0,)) == 2
        assert transaction.read(Page, "SELECT * FROM page") == []


def test_a_failed_block_leaves_nothing(store):
    with pytest.raises(OpsError, match="no such table: none"):
        run(store, "INSERT INTO page VALUES ('a', 1)", "INSERT INTO none VALUES (1)")

    assert pages(store) == []
    add(store)
    assert pages(store) == [Page("a", 1)]


def test_other_threads_see_a_transaction_whole_or_not_at_all(store):
    seen = []

    def look():
        seen.append(len(pages(store)))
        store.close()

    with store.write() as transaction:
        for number in range(2):
            transaction.execute("INSERT INTO page VALUES ('a', ?)", (number,))
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
    assert seen == [0, 0]
    assert len(pages(store)) == 2


def test_a_database_of_a_newer_release_is_refused(path):
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=9000")
    connection.close()

    with pytest.raises(OpsError) as problem:
        Sqlite(path)

    assert problem.value.cause == f"{path}: made by a newer release of hisops"


def test_a_broken_rule_of_a_table_is_our_bug_and_no_fault_of_the_file(store):
    row = "INSERT INTO one VALUES (1)"

    with pytest.raises(sqlite3.IntegrityError):
        run(store, "CREATE TABLE one (id INTEGER PRIMARY KEY)", row, row)

    assert pages(store) == []


def test_the_journal_refuses_changes_and_deletions(store):
    for sql in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with store.write() as transaction:
            assert transaction.execute(sql) == 0  # empty: nothing to refuse
    with store.write() as transaction:
        transaction.execute("INSERT INTO event VALUES (1, '', '', '', '', '', '', '')")

    for sql in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), store.write() as again:
            again.execute(sql)


def test_migrations_are_numbered_from_one_without_a_gap():
    folder = Path(store_module.__file__).parent / "migrations"

    numbers = [int(path.name[:4]) for path in sorted(folder.glob("*.sql"))]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_database_of_an_older_release_gets_only_the_steps_it_lacks(tmp_path):
    folder = Path(store_module.__file__).parent / "migrations"
    path = str(tmp_path / "hisops.db")
    with sqlite3.connect(path) as connection:
        connection.executescript((folder / "0001_journal.sql").read_text())
        connection.execute("INSERT INTO event VALUES (1, '', '', 'old', '', '', '', '')")
        connection.execute("PRAGMA user_version=1")
    connection.close()

    store = Sqlite(path)

    assert store.read(Name, "SELECT actor AS name FROM event") == [Name("old")]
    tables = store.read(Name, "SELECT name FROM sqlite_master WHERE type = 'table'")
    assert Name("incident") in tables
    store.close()
