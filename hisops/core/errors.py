"""The one error that a user can cause, and the exit codes."""

from enum import IntEnum


class Exit(IntEnum):
    """What the shell sees; the same codes as restic where restic has one (10, 11, 12)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    FINDINGS = 4
    MISSING = 10
    LOCKED = 11
    REFUSED = 12
    UNREACHABLE = 13
    BUG = 70
    INTERRUPTED = 130


class OpsError(Exception):
    """One line of cause, one line of what to do, and the exit code."""

    def __init__(self, cause: str, *, fix: str = "", code: Exit = Exit.FAILED) -> None:
        super().__init__(cause)
        self.cause = cause
        self.fix = fix
        self.code = code
