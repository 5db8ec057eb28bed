"""Files are written whole or not at all, locks end with their holder, and errors are one line."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.local import Local
from tests.lab.wait import until

# Writes the file again and again; stops between the temporary file and the rename when told.
WRITER = """
import sys
from pathlib import Path
from hisops.io.local import Local
if sys.argv[2] == "hang":
    def wait(self, target):
        print("written", flush=True)
        sys.stdin.read()
    Path.replace = wait
Local().write(sys.argv[1], "new" * 10_000)
"""
HOLDER = """
import sys
from hisops.io.local import Local
with Local().lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


@pytest.fixture
def local():
    return Local()


@pytest.fixture
def small(tmp_path):
    """A file system of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "hisops-test", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def start(code, *words):
    argv = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(child):
    child.kill()
    child.communicate()


def test_a_written_file_has_its_content_and_mode_and_leaves_nothing_beside_it(local, tmp_path):
    path = tmp_path / "a" / "b" / "key"

    local.write(str(path), "secret", mode=0o600)

    assert path.read_text() == "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert local.names(str(path.parent)) == ["key"]


def test_a_secret_file_is_never_open_to_others_on_its_way(local, tmp_path, monkeypatch):
    seen = []
    rename = Path.replace
    monkeypatch.setattr(
        Path,
        "replace",
        lambda old, new: (seen.append(old.stat().st_mode & 0o777), rename(old, new)),
    )

    local.write(str(tmp_path / "key"), "secret", mode=0o600)

    assert seen == [0o600]


@root_only
def test_a_full_disk_leaves_the_old_file_and_nothing_else(local, small):
    path = small / "state"
    local.write(str(path), "old")

    with pytest.raises(OpsError) as problem:
        local.write(str(path), b"x" * 1_000_000)

    assert problem.value.cause == f"{path}: No space left on device"
    assert "space" in problem.value.fix
    assert path.read_text() == "old"
    assert local.names(str(small)) == ["state"]


@root_only
def test_a_lock_on_a_full_disk_is_one_line_and_is_not_held(local, small):
    with (small / "filler").open("wb") as filler, contextlib.suppress(OSError):
        while True:
            os.write(filler.fileno(), bytes(4096))

    with pytest.raises(OpsError) as problem, local.lock(str(small / "lock")):
        pass

    assert problem.value.cause == f"{small}/lock: No space left on device"
    (small / "filler").unlink()
    with local.lock(str(small / "lock")):
        assert (small / "lock").read_text() == str(os.getpid())


@root_only
def test_a_write_protected_file_system_is_one_line(local, small):
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)

    with pytest.raises(OpsError) as problem:
        local.write(str(small / "state"), "new")

    assert problem.value.cause == f"{small}/state: Read-only file system"


def test_a_kill_before_the_rename_leaves_the_old_file(local, tmp_path):
    path = tmp_path / "state"
    local.write(str(path), "old")
    child = start(WRITER, path, "hang")
    try:
        assert child.stdout.readline() == "written\n"
    finally:
        end(child)

    assert path.read_text() == "old"


def test_the_same_writer_replaces_the_file_when_nobody_kills_it(local, tmp_path):
    path = tmp_path / "state"
    local.write(str(path), "old")

    done = _ask(WRITER, path, "run")

    assert done.returncode == 0
    assert path.read_text() == "new" * 10_000


def test_a_reader_never_sees_half_a_file(local, tmp_path):
    path = tmp_path / "state"
    wholes = {letter * 200_000 for letter in "ab"}
    local.write(str(path), "a" * 200_000)
    stop, torn = threading.Event(), []

    def read():
        while not stop.is_set():
            if path.read_text() not in wholes:
                torn.append(True)

    reader = threading.Thread(target=read)
    reader.start()
    for round_number in range(30):
        local.write(str(path), "ab"[round_number % 2] * 200_000)
    stop.set()
    reader.join()

    assert not torn


def test_a_file_in_place_of_a_folder_is_one_line(local, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OpsError, match="file/x: "):
        local.write(str(tmp_path / "file" / "x"), "new")


def test_a_missing_file_is_missing_and_a_folder_is_not(local, tmp_path):
    with pytest.raises(OpsError) as missing:
        local.read(str(tmp_path / "none"))
    with pytest.raises(OpsError) as folder:
        local.read(str(tmp_path))

    assert missing.value.code is Exit.MISSING
    assert folder.value.code is Exit.FAILED


def test_bytes_that_are_no_text_can_be_read(local, tmp_path):
    (tmp_path / "log").write_bytes(b"a\xffb")

    assert local.read(str(tmp_path / "log")) == "a�b"


def test_removes_files_folders_and_links_and_shrugs_at_nothing(local, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "folder" / "deep").mkdir(parents=True)

    for name in ("link", "folder", "none"):
        local.remove(str(tmp_path / name))

    assert local.names(str(tmp_path)) == ["kept"]
    assert local.names(str(tmp_path / "kept")) == ["file"]


def test_a_missing_folder_has_no_names(local, tmp_path):
    assert local.names(str(tmp_path / "none")) == []


def test_a_folder_that_may_not_be_read_is_one_line(tmp_path):
    hidden = tmp_path / "hidden"
    (hidden / "deep").mkdir(parents=True)
    code = (
        "import os, sys\nfrom hisops.core.errors import OpsError\nfrom hisops.io.local import Local\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "io, path = Local(), sys.argv[1]\n"
        "for ask in (io.names, io.exists, io.read, io.remove, lambda p: io.lock(p).__enter__()):\n"
        "    try: ask(path)\n"
        "    except OpsError as error: print(error.cause.removeprefix(path))\n"
    )
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    hidden.chmod(0)

    done = _ask(code, hidden / "deep")

    assert done.stdout.splitlines() == [": Permission denied"] * 5, done.stderr


def _ask(code, *words):
    argv = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)


def test_a_lock_names_its_holder_and_is_free_when_the_holder_is_killed(local, tmp_path):
    path = str(tmp_path / "run" / "up.lock")
    child = start(HOLDER, path)
    try:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(OpsError) as problem, local.lock(path):
            pass
    finally:
        end(child)

    assert problem.value.cause == f"{path}: process {child.pid} holds the lock"
    assert problem.value.code is Exit.LOCKED
    with local.lock(path):
        assert Path(path).read_text() == str(os.getpid())


def test_a_lock_is_free_again_when_its_block_fails(local, tmp_path):
    path = str(tmp_path / "lock")

    with pytest.raises(ZeroDivisionError), local.lock(path):
        raise ZeroDivisionError

    with local.lock(path):
        pass


def test_a_lock_keeps_other_threads_of_the_same_process_out(local, tmp_path):
    path, codes = str(tmp_path / "lock"), []

    def take():
        try:
            with local.lock(path):
                codes.append(Exit.DONE)
        except OpsError as error:
            codes.append(error.code)

    with local.lock(path):
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()

    assert codes == [Exit.LOCKED]


def test_a_program_started_under_a_lock_does_not_keep_it(local, tmp_path):
    path, pid_file = str(tmp_path / "lock"), tmp_path / "pid"
    with local.lock(path):
        local.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $! >$1", "sh", str(pid_file)])
    try:
        with local.lock(path):
            pass
    finally:
        os.kill(int(until(pid_file.read_text)), signal.SIGTERM)


def test_the_wall_clock_knows_its_zone_and_ids_differ(local):
    assert local.now().utcoffset().total_seconds() == 0
    assert len({local.new_id() for _ in range(100)}) == 100
    assert {len(local.new_id()) for _ in range(100)} == {16}
