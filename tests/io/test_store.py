"""The database: nothing committed is lost, nothing half done is seen, trouble is one line."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io import store as store_module
from hisops.io.store import Sqlite

OPEN = "import sys\nfrom hisops.io.store import Sqlite\nstore = Sqlite(sys.argv[1])\n"
# Adds rows one by one; says so after each commit.
ADDER = (
    OPEN
    + """
for number in range(int(sys.argv[3])):
    with store.write() as transaction:
        transaction.execute("INSERT INTO page VALUES (?, ?)", (sys.argv[2], number))
    print(number, flush=True)
"""
)
HANGER = (
    OPEN
    + """
with store.write() as transaction:
    transaction.execute("INSERT INTO page VALUES ('half', 1)")
    print("open", flush=True)
    sys.stdin.read()
"""
)


class Page(msgspec.Struct):
    """A row of the tests' own table."""

    who: str
    number: int


class Name(msgspec.Struct):
    """A row with one word."""

    name: str


@pytest.fixture
def path(tmp_path):
    """A database with a table of our own."""
    path = str(tmp_path / "var" / "hisops.db")
    store = Sqlite(path)
    with store.write() as transaction:
        transaction.execute("CREATE TABLE page (who TEXT, number INTEGER)")
    store.close()
    return path


@pytest.fixture
def store(path):
    store = Sqlite(path)
    yield store
    store.close()


def start(code, *words):
    argv = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(child):
    child.kill()
    child.communicate()


def add(store, who="a", number=1):
    with store.write() as transaction:
        transaction.execute("INSERT INTO page VALUES (?, ?)", (who, number))


def run(store, *statements):
    with store.write() as transaction:
        for statement in statements:
            transaction.execute(statement)


def pages(store):
    return store.read(Page, "SELECT * FROM page ORDER BY who, number")


def is_sound(path):
    with sqlite3.connect(path) as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return answer == "ok"


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


def test_two_processes_write_at_once_and_lose_nothing(path, store):
    children = [start(ADDER, path, who, 60) for who in "ab"]
    for child in children:
        child.communicate(timeout=60)

    assert [child.returncode for child in children] == [0, 0]
    assert pages(store) == [Page(who, number) for who in "ab" for number in range(60)]


def test_eight_processes_make_the_same_new_database(tmp_path):
    code = "import sys, hisops.io.store\nprint('ready', flush=True); input()\n" + OPEN
    children = [start(code, tmp_path / "hisops.db") for _ in range(8)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=60)

    assert [child.returncode for child in children] == [0] * 8


def test_a_kill_loses_nothing_that_was_committed(path, store):
    child = start(ADDER, path, "a", 100_000)
    try:
        acknowledged = [int(child.stdout.readline()) for _ in range(20)][-1]
    finally:
        end(child)

    numbers = [page.number for page in pages(store)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > acknowledged
    assert is_sound(path)


def test_a_kill_inside_a_transaction_leaves_none_of_it_and_no_lock(path, store):
    child = start(HANGER, path)
    try:
        assert child.stdout.readline() == "open\n"
        assert pages(store) == []
    finally:
        end(child)

    add(store)

    assert pages(store) == [Page("a", 1)]


def test_a_writer_that_never_ends_is_locked_with_a_cause(path, store):
    child = start(HANGER, path)
    try:
        assert child.stdout.readline() == "open\n"
        store._connection().execute("PRAGMA busy_timeout=200")
        with pytest.raises(OpsError) as problem:
            add(store)
    finally:
        end(child)

    assert problem.value.cause == f"{path}: database is locked"
    assert problem.value.code is Exit.LOCKED


@pytest.mark.parametrize("damage", ["no database", "torn page"])
def test_a_corrupt_file_is_one_line_and_what_to_do(path, damage):
    store = Sqlite(path)
    with store.write() as transaction:
        for number in range(500):
            transaction.execute("INSERT INTO page VALUES (?, ?)", ("x" * 500, number))
    store._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    content = bytearray(Path(path).read_bytes())
    if damage == "no database":
        content[:4096] = b"not a database. " * 256
    else:
        content[8192:-4096] = bytes(len(content) - 8192 - 4096)
    Path(path).write_bytes(content)

    with pytest.raises(OpsError) as problem:
        pages(Sqlite(path))

    assert problem.value.cause.startswith(f"{path}: ")
    assert "\n" not in problem.value.cause
    assert "restore" in problem.value.fix


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "var").write_text("")

    with pytest.raises(OpsError) as problem:
        Sqlite(str(tmp_path / "var" / "hisops.db"))

    assert problem.value.cause.startswith(f"{tmp_path}/var/hisops.db: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_is_one_line_and_keeps_what_was_committed(tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "hisops-test", tmp_path], check=True)
    store = Sqlite(str(tmp_path / "hisops.db"))
    try:
        with store.write() as transaction:
            transaction.execute("CREATE TABLE page (who TEXT, number INTEGER)")
        add(store)
        with pytest.raises(OpsError) as problem:
            run(store, *[f"INSERT INTO page VALUES ('{'x' * 500}', 1)"] * 4000)
        assert pages(store) == [Page("a", 1)]
        add(store, "b", 2)
    finally:
        store.close()
        subprocess.run(["umount", tmp_path], check=True)

    assert "full" in problem.value.cause
    assert "free space" in problem.value.fix


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
