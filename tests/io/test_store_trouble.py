"""The database in trouble: nothing committed is lost, nothing half done is seen."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.store import Sqlite
from tests.io.database import ADDER, HANGER, OPEN, Page, add, end, pages, run, start


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


def is_sound(path):
    with sqlite3.connect(path) as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return answer == "ok"
