"""The client of restic, with recorded answers of restic 0.14.0."""

import pytest

from hisops.backup import restic
from hisops.backup.restic import Repository
from hisops.backup.source import Piece
from hisops.core.errors import Exit, OpsError
from hisops.core.text import Secret

SUMMARY = (
    '{"message_type":"summary","files_new":3,"data_added":301396,"total_files_processed":3,'
    '"total_bytes_processed":300000,"total_duration":0.2,"snapshot_id":"ab5135a8"}'
)
UNREAD = (
    '{"message_type":"error","error":{"Op":"open","Path":"/srv/x","Err":13},'
    '"during":"archival","item":"/srv/x"}'
)
PIECE = Piece(name="files", paths=("/srv",), exclude=("/srv/a[1]",))
REPOSITORY = Repository(
    name="local", url="/repo", password=Secret("credential:restic"), cache="/cache"
)


@pytest.fixture
def host(io):
    io.secrets["credential:restic"] = "secret"
    io.runs("restic", "version", out="restic 0.14.0 compiled with go1.19.8 on linux/amd64")
    return io


def back_up(io):
    return restic.back_up(io, REPOSITORY, PIECE, host="plan", tags=("a=b",), timeout=9)


def test_a_summary_is_read_and_the_password_is_not_on_the_command_line(host):
    host.runs("restic", "-r", out=SUMMARY)

    found = back_up(host)

    assert (found.snapshot_id, found.total_files_processed) == ("ab5135a8", 3)
    assert "secret" not in repr(host.calls)
    assert "/srv/a\\[1\\]" in host.calls[-1]


def test_unread_files_are_part_of_the_summary(host):
    host.runs("restic", "-r", code=3, out=SUMMARY, err=UNREAD)

    assert back_up(host).unread == ("/srv/x",)


def test_a_code_3_without_a_path_is_never_taken_for_a_whole_backup(host):
    host.runs("restic", "-r", code=3, out=SUMMARY, err="something that could not be read")

    assert len(back_up(host).unread) == 1


def test_a_skipped_source_is_an_error_though_the_code_is_0(host):
    host.runs("restic", "-r", out=SUMMARY, err="/srv/b does not exist, skipping")

    with pytest.raises(OpsError) as problem:
        back_up(host)

    assert problem.value.code is Exit.MISSING


def test_a_lock_that_vanished_is_an_error_though_the_code_is_0(host):
    host.runs("restic", "-r", out=SUMMARY, err="Remove(<lock/ab>) failed: no such file")

    with pytest.raises(OpsError, match="lock was removed"):
        back_up(host)


def test_no_summary_is_no_backup(host):
    host.runs("restic", "-r", out="")

    with pytest.raises(OpsError, match="no snapshot"):
        back_up(host)


@pytest.mark.parametrize(
    ("stat", "hostname", "unlocks"),
    [
        ("", "here", True),
        ("77 (restic) Z 1", "here", True),
        ("77 (nginx) S 1", "here", True),
        ("77 (restic) S 1", "here", False),
        ("", "elsewhere", False),
    ],
)
def test_only_a_lock_of_a_dead_process_of_this_host_is_removed(host, stat, hostname, unlocks):
    before = ("restic", "-r", "/repo", "--cache-dir", "/cache")
    host.write("/repo/locks/aa", "")
    host.write("/proc/sys/kernel/hostname", "here\n")
    if stat:
        host.write("/proc/77/stat", stat)
    lock = f'{{"time":"2026-01-05T08:00:00Z","exclusive":true,"hostname":"{hostname}","pid":77}}'
    host.runs(*before, "list", "locks", out="aa\n")
    host.runs(*before, "list", "locks", out="")
    host.runs(*before, "cat", "lock", out=lock)
    host.runs(*before, "unlock")
    host.runs(*before, "rebuild-index")

    left = restic.drop_dead_locks(host, REPOSITORY)

    assert ((*before, "unlock") in host.calls) is unlocks
    assert (left == []) is unlocks
    assert not any("--remove-all" in call for call in host.calls)
