"""What a backup or a copy can end as, and the exit code of each."""

from enum import Enum

from hisops.core.errors import Exit


class State(Enum):
    """The outcome of a run; `done` and `partial` left a snapshot that can be restored."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    MISCONFIGURED = "misconfigured"
    SUSPICIOUS = "suspicious"
    MISSING = "missing"
    LOCKED = "locked"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    INTERRUPTED = "interrupted"

    @property
    def exit(self) -> Exit:
        """The exit code that stands for it."""
        return _CODES[self]

    @classmethod
    def of(cls, code: int) -> "State":
        """The state behind an exit code; one that nobody planned is a failure."""
        return next((state for state, known in _CODES.items() if known == code), cls.FAILED)


_CODES = {
    State.DONE: Exit.DONE,
    State.PARTIAL: Exit.PARTIAL,
    State.FAILED: Exit.FAILED,
    State.MISCONFIGURED: Exit.USAGE,
    State.SUSPICIOUS: Exit.FINDINGS,
    State.MISSING: Exit.MISSING,
    State.LOCKED: Exit.LOCKED,
    State.REFUSED: Exit.REFUSED,
    State.UNREACHABLE: Exit.UNREACHABLE,
    State.INTERRUPTED: Exit.INTERRUPTED,
}
