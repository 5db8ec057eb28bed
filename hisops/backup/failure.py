"""Why restic or ssh ended badly: one cause, one thing to do, one exit code.

restic before 0.17 ends with 1 for nearly everything, so its words decide; from 0.17 on the codes
10 (no repository), 11 (locked) and 12 (wrong password) say it first (restic manual, scripting).
"""

import re
from typing import NamedTuple

import msgspec

from hisops.core.errors import Exit, OpsError

Version = tuple[int, int, int]
_CODES_SINCE: Version = (0, 17, 0)


class _Sign(NamedTuple):
    pattern: str
    code: Exit
    cause: str
    fix: str


class _ExitError(msgspec.Struct):
    message_type: str
    message: str = ""


# In this order: the first that matches decides. {0} is what restic or ssh said.
_SIGNS = (
    _Sign(
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed",
        Exit.UNREACHABLE,
        "ALARM: the host key is not the pinned one; somebody may stand in between",
        "ask the owner of that host by telephone before you change known_hosts",
    ),
    _Sign(
        r"Permission denied \(publickey|Too many authentication failures",
        Exit.UNREACHABLE,
        "the host refuses our key",
        "put the public half of `identity` into that account's authorized_keys",
    ),
    _Sign(
        r"no space left on device|disk quota exceeded",
        Exit.FAILED,
        "the disk is full: {0}",
        "free space or enlarge the disk, then run the backup again",
    ),
    _Sign(
        r"wrong password or no key found",
        Exit.REFUSED,
        "the password does not open the repository, or its key file is gone",
        "check the password reference; look whether `keys/` in the repository is empty",
    ),
    _Sign(
        r"already locked",
        Exit.LOCKED,
        "the repository is locked: {0}",
        "wait for that process; a lock of a dead process is removed by the next run",
    ),
    _Sign(
        r"[Cc]onnection refused|[Cc]onnection timed out|No route to host|Could not resolve"
        r"|Network is unreachable|[Cc]onnection (reset|closed)|ssh command exited|unable to start the sftp",
        Exit.UNREACHABLE,
        "the host cannot be reached: {0}",
        "check network, firewall and sshd of that host",
    ),
    _Sign(
        r"Is there a repository at the following location|does not look like a restic repository"
        r"|repository does not exist|unable to open config file",
        Exit.MISSING,
        "there is no repository",
        "mount its disk; if it is lost for good: hisops backup init PLAN",
    ),
    _Sign(
        r"all (target|source) directories/files do not exist",
        Exit.MISSING,
        "no source is there",
        "mount the sources or mend the plan",
    ),
    _Sign(
        r"ciphertext verification failed|Pack ID does not match|unexpected file size"
        r"|invalid data returned|config or key .* is damaged|does not exist in the repository"
        r"|not found in (the )?(repository|index)|error loading (index|snapshot)|Blob ID does not match"
        r"|repository contains errors|wrong hash|hash mismatch|unable to load (tree|index)"
        r"|ReadFull|decrypting blob|There were \d+ errors",
        Exit.FAILED,
        "the repository is damaged: {0}",
        "keep it untouched, restore from another copy, and run: hisops backup check",
    ),
    _Sign(  # SFTP 3 has no code for a full disk (draft-ietf-secsh-filexfer-02, 7)
        r"SSH_FX_FAILURE",
        Exit.FAILED,
        "the far host cannot store it: {0}",
        "look at free space and quota of that host first, then run the backup again",
    ),
    _Sign(
        r"permission denied|operation not permitted|read-only file system",
        Exit.FAILED,
        "access denied: {0}",
        "check who owns the files and the repository",
    ),
)
_BY_CODE = {
    Exit.MISSING: "there is no repository",
    Exit.LOCKED: "the repository is locked",
    Exit.REFUSED: "the password does not open the repository, or its key file is gone",
}
# Go prints these when a lock vanished or could not be refreshed; the exit code is 0 all the same.
LOST_LOCK = re.compile(r"Remove\(<lock/.*failed|error in cleanup handler", re.IGNORECASE)
_INTERRUPTED = (130, -2)


def classify(code: int, errors: str, version: Version) -> OpsError:
    """The error behind an exit code other than 0 and its standard error."""
    lines = [_told(line) for line in _without_trace(errors) if line.strip()]
    if code in _INTERRUPTED:
        return OpsError("restic was interrupted", fix="run it again", code=Exit.INTERRUPTED)
    known = Exit(code) if code in set(_BY_CODE) else None
    for sign in _SIGNS:
        found = next((line for line in lines if re.search(sign.pattern, line)), None)
        if found is not None and (known is None or sign.code is known):
            return OpsError(sign.cause.format(_short(found)), fix=sign.fix, code=sign.code)
    if known is not None and version >= _CODES_SINCE:
        fix = next(sign.fix for sign in _SIGNS if sign.code is known)
        return OpsError(_BY_CODE[known], fix=fix, code=known)
    last = next((line for line in reversed(lines) if line), f"no message, code {code}")
    return OpsError(f"restic ended with {code}: {_short(last)}", fix="see the journal and the log")


def _without_trace(errors: str) -> list[str]:
    """The lines without Go's stack: the name of a function, and indented below it its place."""
    lines = errors.splitlines()
    is_place = [line.startswith("\t") for line in [*lines, ""]]
    return [line for n, line in enumerate(lines) if not is_place[n] and not is_place[n + 1]]


def _told(line: str) -> str:
    """What a line says: restic from 0.18 on wraps its last words in JSON."""
    if not line.startswith("{"):
        return line.strip()
    try:
        told = msgspec.json.decode(line, type=_ExitError)
    except msgspec.DecodeError:
        return line.strip()
    return told.message.strip() if told.message_type == "exit_error" else line.strip()


def _short(line: str) -> str:
    return line.removeprefix("Fatal: ").strip()[:200]
