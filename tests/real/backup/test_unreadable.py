"""Files that nobody may read: the snapshot of the others counts, and the lack of these is told."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAN = """
work:
  system: hisops
  source: {kind: files, paths: ["${site}/data"]}
  schedule: {every: 1 d, timeout: 2 min}
  repository: {url: "${state}/backup/repository", password: "credential:restic"}
  retention: {daily: 7}
  drill: {every: 7 d, assert: [{checksums: true}]}
"""
# Root reads all files by two capabilities (capabilities(7)); without them it is as anybody else.
BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.fixture
def site(short_folder):
    """A site of the command line, with a folder of three files to back up."""
    folder = Path(short_folder, "site")
    call(folder, "init", str(folder))
    (folder / "backup" / "local.yml").write_text(PLAN)
    (folder / "data").mkdir()
    for name in ("a", "b", "c"):
        (folder / "data" / name).write_text(name * 1000)
    (folder / "var" / "credentials").mkdir(parents=True)
    (folder / "var" / "credentials" / "restic").write_text("a-password-for-tests")
    return folder


def call(site, *words):
    argv = [*BOUND, sys.executable, "-m", "hisops", "--json", *words]
    env = {**os.environ, "HISOPS_SITE": str(site)}
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_file_that_cannot_be_read_makes_the_backup_partial(site):
    closed = site / "data" / "b"
    closed.chmod(0)

    done = call(site, "backup", "run", "work")

    assert done.returncode == 3, done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["state"], len(row["snapshot"])) == ("partial", 8)
    assert str(closed) in row["cause"]
    assert "who may read" in row["fix"]


def test_a_folder_that_cannot_be_read_makes_the_backup_partial(site):
    closed = site / "data" / "closed"
    closed.mkdir()
    (closed / "hidden").write_text("x")
    closed.chmod(0)

    try:
        done = call(site, "backup", "run", "work")
    finally:
        closed.chmod(0o700)

    assert done.returncode == 3, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["state"] == "partial"
    assert str(closed) in row["cause"]


def test_what_could_be_read_is_restored_and_what_could_not_fails_the_drill(site):
    (site / "data" / "b").chmod(0)
    call(site, "backup", "run", "work")

    done = call(site, "drill", "run", "work")

    assert done.returncode != 0
    (row,) = json.loads(done.stdout)
    assert (row["passed"], row["failed"]) == (False, 1)
    assert "files restored: 1 of 3 differ" in done.stderr


def test_readable_again_the_backup_is_whole(site):
    (site / "data" / "b").chmod(0)
    call(site, "backup", "run", "work")
    (site / "data" / "b").chmod(0o600)

    done = call(site, "backup", "run", "work")

    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["state"], row["files"]) == ("done", 3)
