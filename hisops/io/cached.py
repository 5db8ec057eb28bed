"""The machine as the agent's collectors see it: descriptors stay open, roots can be moved."""

import errno
import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.machine import Call, Timex, Uname, Volume
from hisops.io import timex
from hisops.io.volume import Volumes

if TYPE_CHECKING:
    from hisops.core.machine import Answer
    from hisops.io.bus import Bus

_BLOCK = 1 << 16


class Cached:
    """Reads /proc and /sys through descriptors that it keeps, at most `limit` of them.

    With a limit of 0 it keeps nothing: then any thread may use it. Other files are opened each
    time, because whoever writes them replaces them.
    """

    def __init__(
        self, *, proc: str = "/proc", sys: str = "/sys", root: str = "/", limit: int = 512
    ) -> None:
        self._proc, self._sys, self._root = (folder.rstrip("/") for folder in (proc, sys, root))
        self._limit = limit
        self._open: dict[str, int] = {}
        self._volumes = Volumes()
        self._bus: Bus | None = None

    def read(self, path: str) -> str:
        """See core.machine.Machine.read."""
        try:
            return self._bytes(path, _whole).decode(errors="replace")
        except OSError as error:
            raise _missing(path, error) from None

    def attribute(self, path: str) -> str | None:
        """See core.machine.Machine.attribute."""
        try:
            return self._bytes(path, _page).decode(errors="replace").rstrip("\n")
        except OSError:  # EINVAL while the device is down, ENODEV when it went away
            return None

    def names(self, folder: str) -> list[str]:
        """See core.machine.Machine.names."""
        try:
            with os.scandir(self._place(folder)) as entries:
                return sorted(entry.name for entry in entries)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _missing(folder, error) from None

    def stamp(self, path: str) -> tuple[float, int]:
        """See core.machine.Machine.stamp."""
        try:
            stat = os.stat(self._place(path))  # noqa: PTH116 - pathlib costs the agent 2 MB
        except OSError as error:
            raise _missing(path, error) from None
        return stat.st_mtime, stat.st_size

    def volumes(self, mounts: list[str]) -> dict[str, Volume]:
        """See core.machine.Machine.volumes."""
        found = self._volumes.measure([f"{self._root}{mount}" or "/" for mount in mounts])
        return {path[len(self._root) :]: volume for path, volume in found.items()}

    def uname(self) -> Uname:
        """See core.machine.Machine.uname."""
        return Uname(*os.uname())

    def zone(self) -> tuple[str, int]:
        """See core.machine.Machine.zone."""
        local = time.localtime()
        return local.tm_zone, local.tm_gmtoff

    def timex(self) -> Timex | None:
        """See core.machine.Machine.timex."""
        return timex.read()

    def ask_bus(self, service: str, calls: Sequence[Call]) -> "list[Answer | None]":
        """See core.machine.Machine.ask_bus."""
        if self._bus is None:
            from hisops.io.bus import Bus

            self._bus = Bus(self._place("/run/dbus/system_bus_socket"))
        return self._bus.ask(service, calls)

    def place(self, path: str) -> str:
        """See core.machine.Machine.place."""
        here, root = self._place(path), os.path.realpath(self._sys)
        real = os.path.realpath(here)
        return f"/sys{real[len(root) :]}" if real.startswith(f"{root}/") else path

    def time(self) -> float:
        """See core.machine.Machine.time."""
        return time.time()

    def tick(self) -> float:
        """See core.machine.Machine.tick."""
        return time.monotonic()

    def close(self) -> None:
        """Let go of every descriptor."""
        while self._open:
            os.close(self._open.popitem()[1])
        if self._bus is not None:
            self._bus.close()

    def _bytes(self, path: str, take: Callable[[int], bytes]) -> bytes:
        handle = self._open.get(path)
        if handle is not None:
            try:
                return take(handle)
            except OSError as error:
                if error.errno == errno.EINVAL:  # the device has no such value at the moment
                    raise
                os.close(self._open.pop(path))  # it went away; one of its name may be there now
        handle = os.open(self._place(path), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        keep = len(self._open) < self._limit and path.startswith(("/proc/", "/sys/"))
        if keep:
            self._open[path] = handle
        try:
            return take(handle)
        finally:
            if not keep:
                os.close(handle)

    def _place(self, path: str) -> str:
        if path == "/proc" or path.startswith("/proc/"):
            return self._proc + path[5:]
        if path == "/sys" or path.startswith("/sys/"):
            return self._sys + path[4:]
        return self._root + path


def _page(handle: int) -> bytes:
    """A file of /sys: the kernel hands it out in one piece (Linux documentation, sysfs)."""
    return os.pread(handle, 4096, 0)


def _whole(handle: int) -> bytes:
    """All of a file: the kernel may hand out a long table in pieces, so read until nothing comes."""
    parts = [os.pread(handle, _BLOCK, 0)]
    size = len(parts[0])
    while parts[-1]:
        parts.append(os.pread(handle, _BLOCK, size))
        size += len(parts[-1])
    return b"".join(parts)


def _missing(path: str, error: OSError) -> OpsError:
    code = Exit.MISSING if isinstance(error, FileNotFoundError) else Exit.FAILED
    return OpsError(f"{path}: {error.strerror}", code=code)
