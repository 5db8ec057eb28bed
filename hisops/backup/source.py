"""The unit of this area: something that can be backed up, and that can prove its restore."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from hisops.core.event import Assertion
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.text import Duration, Secret


def _whole(_tail: bytes) -> bool:
    return True


class Piece(Value, frozen=True, kw_only=True):
    """What one snapshot of a run holds: folders and files, or what a program writes.

    `complete` is asked about the last bytes that the program wrote.
    """

    name: str
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    argv: tuple[str, ...] = ()
    filename: str = ""
    env: Mapping[str, str] = {}
    complete: Callable[[bytes], bool] = _whole


class Prepared(Value, frozen=True, kw_only=True):
    """A source that holds still: its pieces, its size where known, and what a restore must equal.

    `data_at` is the moment that the data stands for, as a Unix time stamp. Two runs with the same
    `fingerprint`, when there is one, would store the same.
    """

    pieces: tuple[Piece, ...]
    data_at: float
    files: int = 0
    size_bytes: int = 0
    manifest: Mapping[str, int] = {}
    fingerprint: str = ""


class Check(Value, frozen=True, kw_only=True):
    """One assertion of a drill: exactly one of counts, checksums, sql, rto, rpo."""

    counts: str | None = None
    checksums: bool | None = None
    sql: str | None = None
    rto: Duration | None = None
    rpo: Duration | None = None
    tolerance: int = 0
    min: float | None = None
    max: float | None = None
    equals: float | None = None

    def __post_init__(self) -> None:
        kinds = (self.counts, self.checksums, self.sql, self.rto, self.rpo)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("expected exactly one of counts, checksums, sql, rto, rpo")
        bounds = (self.min, self.max, self.equals)
        if self.sql is not None and all(bound is None for bound in bounds):
            raise ValueError("expected min, max or equals beside sql")
        if self.counts not in (None, "manifest"):
            raise ValueError(f"counts: expected manifest, got {self.counts!r}")
        if self.checksums is False:
            raise ValueError("checksums: expected true; leave the line out to check none")


class Restored(Value, frozen=True, kw_only=True):
    """A restored backup: where it lies, a folder for scratch work, and what it must equal."""

    folder: str
    scratch: str
    manifest: Mapping[str, int]
    checks: tuple[Check, ...] = ()


class Source(Value, frozen=True, kw_only=True):
    """Base of all sources; a subclass states its options as fields.

    `CHECKS` names the assertions that `verify` can answer.
    """

    CHECKS: ClassVar[tuple[str, ...]] = ()

    def prepare(self, io: Io, staging: str) -> AbstractContextManager[Prepared]:
        """Hold the data still while the block runs; `staging` keeps its manifest between runs.

        Raises OpsError MISSING when the source is not there or empty.
        """
        raise NotImplementedError

    def verify(self, io: Io, restored: Restored, staging: str) -> Iterable[Assertion]:
        """Whether restored data is what was backed up; at least one assertion."""
        raise NotImplementedError


def secret_env(io: Io, name: str, secret: Secret | None) -> dict[str, str]:
    """An environment that holds a secret, empty when there is none."""
    return {} if secret is None else {name: io.secret(secret.ref)}
