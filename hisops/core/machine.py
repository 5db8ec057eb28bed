"""What a collector may ask of the machine that it measures; io/cached.py answers.

Paths are those of a live system (`/proc/...`, `/sys/...`); where these trees really stand is the
business of whoever answers, so a recorded tree is a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    Datum = str | int | float | bool | list["Datum"] | tuple["Datum", ...]
    Answer = tuple[Datum, ...]


class Volume(NamedTuple):
    """Size and free space of a mounted file system."""

    size_bytes: int
    free_bytes: int
    available_bytes: int
    files: int
    files_free: int


class Uname(NamedTuple):
    """Kernel and machine, as uname(2) tells."""

    sysname: str
    nodename: str
    release: str
    version: str
    machine: str


class Timex(NamedTuple):
    """The kernel's clock in the kernel's own units, as adjtimex(2) tells; state is its result."""

    state: int
    offset: int
    freq: int
    maxerror: int
    esterror: int
    status: int
    constant: int
    tick: int
    ppsfreq: int
    jitter: int
    shift: int
    stabil: int
    jitcnt: int
    calcnt: int
    errcnt: int
    stbcnt: int
    tai: int


class Call(NamedTuple):
    """A method of an object that a service on D-Bus has, with texts or lists of texts for it."""

    path: str
    interface: str
    member: str
    arguments: tuple[str | tuple[str, ...], ...] = ()


class Machine(Protocol):
    """The reading half of a host; nothing here changes it."""

    def read(self, path: str) -> str:
        """A whole file; raises OpsError, with the code MISSING when there is none."""
        ...

    def attribute(self, path: str) -> str | None:
        """A file of /sys without its line end; None where this device has no such value."""
        ...

    def names(self, folder: str) -> list[str]:
        """Sorted names in a folder; empty when there is no such folder."""
        ...

    def stamp(self, path: str) -> tuple[float, int]:
        """Modification time and size of a file; raises OpsError as `read`."""
        ...

    def volumes(self, mounts: list[str]) -> dict[str, Volume]:
        """Those of the mounted file systems that answer in time."""
        ...

    def uname(self) -> Uname:
        """Kernel and machine."""
        ...

    def zone(self) -> tuple[str, int]:
        """Name of the time zone in force and its seconds east of Greenwich."""
        ...

    def timex(self) -> Timex | None:
        """State of the kernel's clock; None where the call is not allowed."""
        ...

    def ask_bus(self, service: str, calls: Sequence[Call]) -> list[Answer | None]:
        """What a service on the system bus answers, None where it refuses; raises OpsError.

        Only calls that change nothing.
        """
        ...

    def place(self, path: str) -> str:
        """Where a path of /sys leads when its links are followed; nothing need be there."""
        ...

    def time(self) -> float:
        """Wall clock, in seconds since 1970."""
        ...

    def tick(self) -> float:
        """Seconds on a clock that never jumps."""
        ...
