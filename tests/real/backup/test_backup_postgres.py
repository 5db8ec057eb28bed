"""A PostgreSQL database: counted and dumped in one snapshot, restored and questioned in a drill."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hisops.backup import ledger, server
from hisops.backup.source import Restored
from hisops.backup.sources.postgres import Postgres

DRILL = """
import sys
from hisops.backup import drill, plan
from hisops.core.model import Inventory
from hisops.core.settings import Settings
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite
root = sys.argv[1]; state = root + "/var"
io = Local(state + "/credentials")
site = Site(root=root, settings=Settings(name="test"), inventory=Inventory(), state=state)
(chosen,) = plan.read(io, root, state)[0].values()
drill.run(io, Sqlite(state + "/hisops.db"), site, chosen, actor="test", tell=print)
"""


def text(host, tools="", asserts="{counts: manifest}", database="source"):
    return f"""
source: {{kind: postgres, host: {host}, database: {database}, user: postgres, tools: "{tools}"}}
expect: {{min_bytes: 10 KB, max_drop: 20%}}
drill: {{every: 30 d, assert: [{asserts}]}}
"""


@pytest.fixture
def tools(short_folder, postgres_server):
    """A folder of PostgreSQL's programs in which a test may replace one."""
    folder = Path(short_folder, "tools")
    folder.mkdir()
    for program in Path(postgres_server.tools).iterdir():
        (folder / program.name).symlink_to(program)
    return folder


def replace(tools, name, script):
    (tools / name).unlink()
    (tools / name).write_text(f"#!/bin/bash\n{script}\n")
    (tools / name).chmod(0o755)


def test_a_database_restores_with_every_row(world, postgres_server):
    asserts = "{counts: manifest}, {sql: select max(value) from result, equals: 9000}, {rto: 1 min}"
    plan = world.plan(text(postgres_server.folder, asserts=asserts))

    (event,) = world.run(plan)
    drilled = world.drill(plan)

    assert event.state == "done", event.cause
    assert event.manifest == {"public.patient": 3000, "public.result": 9000}
    assert drilled.passed, drilled.cause
    assert 0 < drilled.rto_seconds < 60
    assert 0 < drilled.rpo_seconds < 60
    assert not Path(world.site.state, "drills", ".scratch", "work").exists()


def test_rows_are_counted_in_the_dump_s_own_snapshot(world, postgres_server):
    source = Postgres(database="source", user="postgres", host=postgres_server.folder)

    with source.prepare(world.io, world.folder) as prepared:
        server.query(world.io, postgres_server, "source", "INSERT INTO patient VALUES (9999, 'x')")
        dump = world.io.run(prepared.pieces[0].argv)
    server.query(world.io, postgres_server, "source", "DELETE FROM patient WHERE id = 9999")

    assert prepared.manifest["public.patient"] == 3000
    assert b"9999\tx\n" not in dump.out
    assert b"3000\tsynthetic 3000\n" in dump.out


def test_the_snapshot_s_session_is_over_when_the_run_is(world, postgres_server, wait_for):
    world.run(world.plan(text(postgres_server.folder)))

    sql = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(86400)%' AND pid <> pg_backend_pid()"
    wait_for(lambda: server.query(world.io, postgres_server, "postgres", sql) == [["0"]])


def test_a_dump_killed_half_way_never_becomes_a_backup(world, postgres_server, tools):
    real = f"{postgres_server.tools}/pg_dump"
    replace(tools, "pg_dump", f'{real} "$@" | head -c 100000; kill -9 $$')

    (event,) = world.run(world.plan(text(postgres_server.folder, tools)))

    assert event.state == "failed"
    assert "pg_dump failed (-9)" in event.cause
    assert list(Path(world.site.state, "backup/repository/snapshots").iterdir()) == []
    assert ledger.newest_good(world.store, "work", "local") is None


def test_a_dump_that_ends_early_with_code_0_never_becomes_a_backup(world, postgres_server, tools):
    real = f"{postgres_server.tools}/pg_dump"
    replace(tools, "pg_dump", f'{real} "$@" | head -c 100000; exit 0')

    (event,) = world.run(world.plan(text(postgres_server.folder, tools)))

    assert event.state == "failed"
    assert "not complete" in event.cause
    assert list(Path(world.site.state, "backup/repository/snapshots").iterdir()) == []


def test_a_dump_cut_in_the_middle_fails_the_drill(world, postgres_server, tools):
    real = f"{postgres_server.tools}/pg_dump"
    replace(tools, "pg_dump", f"{real} \"$@\" | head -c 100000; printf '\\0\\0\\0\\0\\0'")
    plan = world.plan(text(postgres_server.folder, tools))
    (event,) = world.run(plan)

    drilled = world.drill(plan)

    assert event.state == "done"
    assert not drilled.passed
    # pg_restore itself takes this dump for whole: only the count of rows tells.
    assert "instead of 9000" in drilled.cause


def test_rows_that_the_dump_lacks_fail_the_drill(world, postgres_server, tools):
    """The dump is of a database that lost ten rows after they were counted."""
    psql = [f"{postgres_server.tools}/psql", *server.connection(postgres_server), "-d"]
    poor = "CREATE DATABASE poor TEMPLATE source"
    assert world.io.run([*psql, "postgres", "-c", poor]).code == 0
    assert world.io.run([*psql, "poor", "-c", "DELETE FROM result WHERE id > 8990"]).code == 0
    real = f"{postgres_server.tools}/pg_dump"
    where = " ".join(server.connection(postgres_server))
    replace(tools, "pg_dump", f"exec {real} -Fc -Z0 {where} poor")
    plan = world.plan(text(postgres_server.folder, tools))
    world.run(plan)

    drilled = world.drill(plan)
    world.io.run([*psql, "postgres", "-c", "DROP DATABASE poor"])

    assert not drilled.passed
    assert "public.result: 8990 instead of 9000" in drilled.cause


def test_an_answer_outside_its_bounds_fails_the_drill(world, postgres_server):
    plan = world.plan(
        text(postgres_server.folder, asserts="{sql: select count(*) from patient, max: 2999}")
    )
    world.run(plan)

    drilled = world.drill(plan)

    assert not drilled.passed
    assert drilled.cause == "select count(*) from patient: 3000"


def test_a_restore_slower_than_promised_fails_the_drill(world, postgres_server):
    plan = world.plan(text(postgres_server.folder, asserts="{rto: 0.01 s}, {rpo: 0.01 s}"))
    world.run(plan)

    drilled = world.drill(plan)

    assert not drilled.passed
    assert "rto: " in drilled.cause
    assert "rpo: " in drilled.cause


def test_a_database_that_lost_its_rows_is_suspicious(world, postgres_server):
    psql = [f"{postgres_server.tools}/psql", *server.connection(postgres_server), "-d"]
    world.io.run([*psql, "postgres", "-c", "CREATE DATABASE shrunk TEMPLATE source"])
    plan = world.plan(text(postgres_server.folder, database="shrunk"))
    world.run(plan)
    world.io.run([*psql, "shrunk", "-c", "DELETE FROM result"])

    (event,) = world.run(plan)
    world.io.run([*psql, "postgres", "-c", "DROP DATABASE shrunk"])

    assert event.state == "suspicious"
    assert "less than usual" in event.cause


def test_a_server_that_is_down_is_a_missing_source(world, short_folder):
    (event,) = world.run(world.plan(text(short_folder)))

    assert event.state == "missing"
    assert "PostgreSQL source" in event.cause


def test_a_drill_without_a_backup_fails(world, postgres_server):
    drilled = world.drill(world.plan(text(postgres_server.folder)))

    assert not drilled.passed
    assert "knows no good backup" in drilled.cause


def test_what_a_killed_drill_left_is_removed_by_the_next(
    world, postgres_server, children, wait_for
):
    plan = world.plan(text(postgres_server.folder))
    world.run(plan)
    scratch = Path(world.site.state, "drills", ".scratch", "work")
    victim = subprocess.Popen(
        [sys.executable, "-c", DRILL, world.folder], stdout=subprocess.DEVNULL
    )
    children.append(victim)
    # initdb has a postmaster.pid of its own for a moment, and no socket.
    wait_for(lambda: list(scratch.glob("*/pg/.s.PGSQL.5432")))
    (pid_file,) = scratch.glob("*/pg/data/postmaster.pid")
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(10)
    pid = int(pid_file.read_text().split()[0])

    drilled = world.drill(plan)

    assert drilled.passed, drilled.cause
    assert str(scratch) not in _command(pid)
    assert not pid_file.exists()


def test_a_restored_dump_without_its_facts_proves_nothing(world, postgres_server, short_folder):
    source = Postgres(database="source", user="postgres", host=postgres_server.folder)
    folder = Path(short_folder, "restored")
    folder.mkdir()
    (folder / "source.dump").write_text("no dump at all")
    restored = Restored(folder=str(folder), scratch=f"{folder}/pg", manifest={"a": 1})

    found = list(source.verify(world.io, restored, "/staging"))

    assert [assertion.passed for assertion in found] == [False]
    assert re.search("archive", found[0].detail)


def _command(pid):
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_text() if path.exists() else ""


def test_programs_of_postgresql_that_are_missing_are_named(world, postgres_server, short_folder):
    (event,) = world.run(world.plan(text(postgres_server.folder, f"{short_folder}/none")))

    assert event.state == "missing"
    assert "psql" in event.cause
    assert shutil.which("restic")
