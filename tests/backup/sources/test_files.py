"""Files: the proof of a restore fails on every kind of planted damage."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from hisops.backup.source import Check, Restored
from hisops.backup.sources.files import Files, spare
from hisops.core.errors import OpsError
from hisops.io.local import Local

CHECKS = (Check(checksums=True),)


@pytest.fixture
def world(tmp_path):
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    for number in range(5):
        (data / "sub" / f"{number}").write_text(f"content {number}")
    database = tmp_path / "live.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    return tmp_path


def restore(world, damage=lambda _copy: None, checks=CHECKS):
    """What `verify` says about a copy of the source to which `damage` was done."""
    io, staging = Local(), f"{world}/staging"
    source = Files(paths=(f"{world}/data",), sqlite=(f"{world}/live.db",))
    with source.prepare(io, staging) as prepared:
        copy = Path(f"{world}/restored{world}")
        shutil.copytree(f"{world}/data", copy / "data")
        shutil.copytree(staging, copy / "staging")
    damage(copy)
    restored = Restored(
        folder=f"{world}/restored",
        scratch=f"{world}/scratch",
        manifest=prepared.manifest,
        checks=checks,
    )
    found = source.verify(io, restored, staging)
    return [assertion.name for assertion in found if not assertion.passed]


def test_an_equal_copy_passes(world):
    assert restore(world) == []


def test_a_missing_file_fails(world):
    assert restore(world, lambda copy: (copy / "data/sub/1").unlink()) == ["files restored"]


def test_a_missing_file_within_the_tolerance_passes(world):
    checks = (Check(checksums=True, tolerance=1),)

    assert restore(world, lambda copy: (copy / "data/sub/1").unlink(), checks) == []


def test_a_changed_byte_fails(world):
    def damage(copy):
        path = copy / "data/sub/1"
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        path.write_text("CONTENT 1")
        os.utime(path, ns=times)

    assert restore(world, damage) == ["checksums of 5 files equal"]


def test_a_truncated_file_fails(world):
    def damage(copy):
        path = copy / "data/sub/1"
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        path.write_text("c")
        os.utime(path, ns=times)

    assert restore(world, damage) == ["sizes equal", "checksums of 5 files equal"]


def test_another_manifest_than_the_journal_s_fails(world):
    def damage(copy):
        path = copy / "staging/files.list"
        lines = path.read_bytes().split(b"\0")
        path.write_bytes(b"\0".join(line for line in lines if not line.endswith(b"/sub/1")))

    assert "manifest as in the journal" in restore(world, damage)


def test_a_lost_manifest_fails(world):
    failed = restore(world, lambda copy: shutil.rmtree(copy / "staging"))

    assert "files restored" in failed
    assert any("SQLite" in name for name in failed)


def test_a_damaged_database_fails(world):
    def damage(copy):
        (path,) = (copy / "staging").glob("*live.db")
        path.write_bytes(b"\0" * 8192)

    (failed,) = restore(world, damage)

    assert "SQLite database" in failed


def test_a_source_without_files_is_refused(tmp_path):
    (tmp_path / "data").mkdir()

    with (
        pytest.raises(OpsError, match="empty"),
        Files(paths=(f"{tmp_path}/data",)).prepare(Local(), f"{tmp_path}/staging"),
    ):
        pass


def test_an_excluded_folder_still_gives_up_the_staging_folder(io):
    for name in ("a", "backup/keep/x", "backup/other/y", "z"):
        io.write(f"/var/{name}", "")

    found = spare(io, ["/tmp/no", "/var"], "/var/backup/keep")

    assert found == ["/tmp/no", "/var/a", "/var/z", "/var/backup/other"]
