"""Folders into a local repository: what counts as a good backup, and what does not."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hisops.backup import ledger, restic, run, stock
from hisops.core import journal
from hisops.core.errors import OpsError

FILES = """
source: {kind: files, paths: ["${site}/data"], sqlite: ["${state}/hisops.db"]}
expect: {max_drop: 20%}
drill: {every: 30 d, assert: [{checksums: true}]}
"""
RUN = """
import sys
from hisops.backup import plan, run
from hisops.core.model import Inventory
from hisops.core.settings import Settings
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite
root = sys.argv[1]; state = root + "/var"
io = Local(state + "/credentials")
site = Site(root=root, settings=Settings(name="test"), inventory=Inventory(), state=state)
(chosen,) = plan.read(io, root, state)[0].values()
run.run(io, Sqlite(state + "/hisops.db"), site, chosen, actor="test", tell=print)
"""


@pytest.fixture
def data(short_folder):
    folder = Path(short_folder, "data")
    folder.mkdir()
    for number in range(40):
        (folder / f"报告 {number}\n.txt").write_text(f"result {number}\n" * 50)
    (folder / os.fsdecode(b"rapport\xe9")).write_bytes(b"latin-1 name")
    return folder


def test_a_backup_restores_to_the_same_bytes(world, data):
    plan = world.plan(FILES)

    (event,) = world.run(plan)
    drilled = world.drill(plan)

    assert (event.state, event.files) == ("done", 41)
    assert drilled.passed, drilled.cause
    names = [assertion.name for assertion in drilled.assertions]
    assert "checksums of 41 files equal" in names
    assert any("hisops.db whole" in name for name in names)
    assert Path(drilled.evidence, "drill.md").read_text().count("通过")
    entries = world.store.read(journal.Entry, "SELECT * FROM event ORDER BY seq")
    assert [e.kind for e in entries] == ["backup.finished", "drill.finished"]
    assert journal.verify(entries) is None


def test_a_run_that_finds_nothing_changed_keeps_the_last_snapshot(world, data):
    plan = world.plan(FILES.replace(', sqlite: ["${state}/hisops.db"]', ""))
    (first,) = world.run(plan)

    (same,) = world.run(plan)
    (data / "new").write_text("x")
    (changed,) = world.run(plan)
    (data / "new").chmod(0o600)
    (closed,) = world.run(plan)

    assert (same.state, same.snapshot) == ("done", first.snapshot)
    assert same.data_at > first.data_at
    assert changed.snapshot not in ("", first.snapshot)
    assert closed.snapshot not in ("", changed.snapshot)
    assert world.drill(plan).passed


def test_an_unchanged_source_is_stored_again_when_its_snapshot_is_gone(world, data):
    plan = world.plan(FILES.replace(', sqlite: ["${state}/hisops.db"]', ""))
    (first,) = world.run(plan)
    Path(plan.repository.url, "snapshots", first.snapshot).unlink()

    (again,) = world.run(plan)

    assert again.state == "suspicious"
    assert again.snapshot != first.snapshot


def test_a_missing_source_makes_no_snapshot(world):
    (event,) = world.run(world.plan(FILES))

    assert event.state == "missing"
    assert "data: the source is missing" in event.cause
    assert restic.list_ids(world.io, _local(world)) == []


def test_an_emptied_source_makes_no_snapshot(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    shutil.rmtree(data)
    data.mkdir()

    (event,) = world.run(plan)

    assert event.state == "missing"
    assert "empty" in event.cause
    assert ledger.newest_good(world.store, "work", "local").files == 41


def test_a_source_that_is_not_mounted_makes_no_snapshot(world, data):
    plan = world.plan(FILES.replace("kind: files", "kind: files, mounted: true"))

    (event,) = world.run(plan)

    assert event.state == "missing"
    assert "nothing is mounted there" in event.cause


def test_a_mass_deletion_is_suspicious_until_a_person_accepts_it(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    for path in sorted(data.iterdir())[:20]:
        path.unlink()

    (event,) = world.run(plan)
    good_before = ledger.newest_good(world.store, "work", "local")
    run.accept(world.io, world.store, world.site, plan, because="archived", actor="test")
    (after,) = world.run(plan)

    assert event.state == "suspicious"
    assert good_before.files == 41
    assert after.state == "done"


def test_a_repository_that_vanished_is_never_made_anew_by_itself(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    shutil.rmtree(plan.repository.url)

    (event,) = world.run(plan)

    assert event.state == "missing"
    assert "the journal knows" in event.cause
    assert not Path(plan.repository.url).exists()


def test_a_person_can_make_a_lost_repository_anew(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    shutil.rmtree(plan.repository.url)

    run.initialise(world.io, world.store, world.site, plan, "local", actor="test")
    (event,) = world.run(plan)

    assert event.state == "done"


def test_a_wrong_password_is_refused(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    world.io.write(f"{world.site.state}/credentials/restic", "another one")

    (event,) = world.run(plan)

    assert event.state == "refused"
    assert "password" in event.cause


def test_an_empty_password_stops_before_restic_starts(world, data):
    plan = world.plan(FILES)
    world.io.write(f"{world.site.state}/credentials/restic", "")

    (event,) = world.run(plan)

    assert event.state == "misconfigured"
    assert "credential:restic" in event.cause


def test_a_deleted_snapshot_is_noticed(world, data):
    plan = world.plan(FILES)
    (first,) = world.run(plan)
    Path(plan.repository.url, "snapshots", first.snapshot).unlink()

    (event,) = world.run(plan)
    (checked,) = stock.check(
        world.io, world.store, world.site, plan, read_data=False, tell=world.told.append
    )

    assert event.state == "suspicious"
    assert first.snapshot in event.cause
    assert (checked.state, first.snapshot in checked.cause) == ("suspicious", True)


def test_a_flipped_byte_fails_the_drill_with_a_clear_cause(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    pack = max(Path(plan.repository.url, "data").glob("*/*"), key=lambda path: path.stat().st_size)
    _flip(pack)

    drilled = world.drill(plan)

    assert not drilled.passed
    assert "the repository is damaged" in drilled.cause


def test_a_check_that_reads_all_data_finds_the_flipped_byte(world, data):
    plan = world.plan(FILES)
    world.run(plan)
    good = list(_check(world, plan))
    pack = max(Path(plan.repository.url, "data").glob("*/*"), key=lambda path: path.stat().st_size)
    _flip(pack)

    bad = list(_check(world, plan))

    assert [row.state for row in good] == ["done"]
    assert [row.state for row in bad] == ["failed"]
    assert "damaged" in bad[0].cause


def test_a_live_lock_of_another_process_is_told_with_its_pid(world, data, children, wait_for):
    plan = world.plan(FILES)
    world.run(plan)
    env = {**os.environ, "RESTIC_PASSWORD": "a-password-for-tests"}
    holder = subprocess.Popen(
        ["restic", "-r", plan.repository.url, "check", "--read-data"],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    children.append(holder)
    wait_for(lambda: any(len(p.name) == 64 for p in Path(plan.repository.url, "locks").iterdir()))
    holder.send_signal(signal.SIGSTOP)

    (event,) = world.run(plan)

    assert event.state == "locked"
    assert re.search(rf"PID {holder.pid}\b", event.cause)


def test_a_run_killed_half_way_leaves_nothing_in_the_way(world, data, children, wait_for):
    plan = world.plan(FILES)
    world.run(plan)
    adopt_orphans()
    for number in range(4):
        (data / f"image {number}").write_bytes(os.urandom(40 * 2**20))
    locks = Path(plan.repository.url, "locks")
    victim = subprocess.Popen([sys.executable, "-c", RUN, world.folder], stdout=subprocess.DEVNULL)
    children.append(victim)
    wait_for(lambda: any(len(path.name) == 64 for path in locks.iterdir()))
    worker = _restic_of(victim.pid)
    os.kill(victim.pid, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    victim.wait(10)
    os.waitpid(worker, 0)  # restic takes a zombie for a live holder of the lock

    (event,) = world.run(plan)

    assert event.state == "done"
    assert list(locks.iterdir()) == []
    assert event.files == 45


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_is_one_clear_cause(world, data):
    plan = world.plan(FILES)
    (data / "image").write_bytes(os.urandom(12 * 2**20))
    disk = Path(plan.repository.url)
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], check=True)
    try:
        shutil.copytree(world.template, disk, dirs_exist_ok=True)
        (event,) = world.run(plan)
    finally:
        subprocess.run(["umount", disk], check=True)

    assert event.state == "failed"
    assert "the disk is full" in event.cause
    assert "free space" in event.fix


def test_two_runs_of_one_plan_do_not_overlap(world, data):
    plan = world.plan(FILES)

    with (
        world.io.lock(f"{world.site.state}/run/backup-work.lock"),
        pytest.raises(OpsError) as problem,
    ):
        world.run(plan)

    assert problem.value.code == 11


def test_the_metrics_tell_the_state_and_the_age(world, data):
    plan = world.plan(FILES)

    (event,) = world.run(plan)

    page = Path(world.site.state, "metrics", "backup-work.prom").read_text()
    assert 'hisops_backup_state{plan="work",copy="local",state="done"} 1' in page
    assert f'timestamp_seconds{{plan="work",copy="local"}} {event.data_at}' in page


def adopt_orphans():
    """Become the parent of grandchildren that lost theirs: prctl(2), PR_SET_CHILD_SUBREAPER."""
    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0


def _local(world):
    from hisops.backup import offsite

    return offsite.local(world.site, world.plan(FILES))


def _check(world, plan):
    return stock.check(
        world.io, world.store, world.site, plan, read_data=True, tell=world.told.append
    )


def _flip(path):
    path.chmod(0o600)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    path.write_bytes(raw)


def _restic_of(parent):
    for task in Path(f"/proc/{parent}/task").iterdir():
        for pid in (task / "children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "restic":
                return int(pid)
    raise AssertionError("restic does not run")
