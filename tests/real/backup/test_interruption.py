"""Backups that meet another one, a kill or a full disk."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hisops.core.errors import OpsError
from tests.real.backup.folder_plan import FILES

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
    victim.wait(10)
    os.waitpid(worker, 0)  # it ends with hisops; as a zombie it would still count as a holder

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


def adopt_orphans():
    """Become the parent of grandchildren that lost theirs: prctl(2), PR_SET_CHILD_SUBREAPER."""
    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0


def _restic_of(parent):
    for task in Path(f"/proc/{parent}/task").iterdir():
        for pid in (task / "children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "restic":
                return int(pid)
    raise AssertionError("restic does not run")
