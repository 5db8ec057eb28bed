"""Why restic and ssh end badly: recorded words of restic 0.14.0 and 0.18.0, OpenSSH 9.2."""

import json

import pytest

from hisops.backup.failure import LOST_LOCK, classify
from hisops.core.errors import Exit

OLD, NEW = (0, 14, 0), (0, 18, 0)


def told(code, message):
    return json.dumps({"message_type": "exit_error", "code": code, "message": message})


@pytest.mark.parametrize(
    ("version", "code", "errors", "exit", "cause"),
    [
        (OLD, 1, "Fatal: wrong password or no key found", Exit.REFUSED, "password"),
        (NEW, 12, told(12, "Fatal: wrong password or no key found"), Exit.REFUSED, "password"),
        (
            OLD,
            1,
            "Fatal: unable to open config file: stat nope/config: no such file or directory\n"
            "Is there a repository at the following location?\nnope",
            Exit.MISSING,
            "no repository",
        ),
        (NEW, 10, told(10, "Fatal: repository does not exist"), Exit.MISSING, "no repository"),
        (NEW, 10, "", Exit.MISSING, "no repository"),
        (
            OLD,
            1,
            "unable to create lock in backend: repository is already locked exclusively by PID 4711 "
            "on db01 by root (UID 0, GID 0)\nlock was created at 2026-01-05 08:00:00",
            Exit.LOCKED,
            "PID 4711 on db01",
        ),
        (NEW, 11, told(11, "repository is already locked by PID 9 on b"), Exit.LOCKED, "PID 9"),
        (
            OLD,
            1,
            "Fatal: unable to save snapshot: write /srv/data/aa: no space left on device",
            Exit.FAILED,
            "the disk is full",
        ),
        (
            NEW,
            1,
            told(1, "Fatal: unable to save snapshot: no space left on device"),
            Exit.FAILED,
            "the disk is full",
        ),
        (
            OLD,
            1,
            "Fatal: all target directories/files do not exist",
            Exit.MISSING,
            "no source",
        ),
        (
            NEW,
            1,
            told(1, "Fatal: all source directories/files do not exist"),
            Exit.MISSING,
            "no source",
        ),
        (OLD, 1, "Fatal: ciphertext verification failed", Exit.FAILED, "damaged"),
        (NEW, 1, "Pack ID does not match, want aa, got bb", Exit.FAILED, "damaged"),
        (OLD, 1, "Fatal: config or key 5e is damaged: ciphertext", Exit.FAILED, "damaged"),
        (OLD, 255, "Host key verification failed.", Exit.UNREACHABLE, "ALARM"),
        (
            OLD,
            255,
            "@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\nHost key verification failed.",
            Exit.UNREACHABLE,
            "ALARM",
        ),
        (
            OLD,
            255,
            "ssh: connect to host 10.0.0.9 port 22: Connection refused",
            Exit.UNREACHABLE,
            "cannot be reached",
        ),
        (OLD, 255, "root@b: Permission denied (publickey).", Exit.UNREACHABLE, "refuses our key"),
        (
            OLD,
            1,
            "Fatal: unable to open repository: ssh command exited: exit status 255",
            Exit.UNREACHABLE,
            "cannot be reached",
        ),
        (OLD, 130, "", Exit.INTERRUPTED, "interrupted"),
        (OLD, 2, "goroutine 1 [running]:\npanic: runtime error", Exit.FAILED, "ended with 2"),
        (NEW, 77, "", Exit.FAILED, "code 77"),
    ],
)
def test_tells_the_cause_and_the_code(version, code, errors, exit, cause):
    error = classify(code, errors, version)

    assert error.code is exit
    assert cause in error.cause
    assert error.fix
    assert "\n" not in error.cause + error.fix


def test_an_old_restic_s_code_10_is_not_believed():
    assert classify(10, "", OLD).code is Exit.FAILED


@pytest.mark.parametrize(
    "line", ["Remove(<lock/1d8f>) failed: no such file", "error in cleanup handler: x"]
)
def test_a_lock_that_was_taken_away_is_noticed_though_the_code_is_0(line):
    assert LOST_LOCK.search(line)


SFTP = """\
Save(<data/16dc702145>) returned error, retrying after 15.39s: Write: sftp: "Failure" (SSH_FX_FAILURE)
sftp: "Failure" (SSH_FX_FAILURE)
Write
github.com/restic/restic/internal/backend/sftp.(*SFTP).Save
\tgithub.com/restic/restic/internal/backend/sftp/sftp.go:367
runtime.goexit
\truntime/asm_amd64.s:1594

"""


def test_a_far_host_that_cannot_write_is_told_with_the_full_disk_first():
    error = classify(1, SFTP, OLD)

    assert error.cause.startswith("the far host cannot store it: Save(<data/16dc702145>)")
    assert "free space" in error.fix


def test_a_stack_is_never_taken_for_the_cause():
    error = classify(2, "something new\nmain.run\n\tmain.go:12\n", OLD)

    assert error.cause == "restic ended with 2: something new"
