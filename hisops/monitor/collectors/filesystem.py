"""Mounted file systems, from /proc/mounts (fstab(5)) and statvfs(3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.machine import Machine, Volume
    from hisops.core.metric import Labels


class Mount(NamedTuple):
    """One line of the mount table."""

    device: str
    point: str
    type: str
    read_only: bool


def _family(name: str, text: str) -> Family:
    return Family(f"node_filesystem_{name}", "gauge", text)


_ERROR = _family("device_error", "1 when the file system did not answer, or not in time.")
_SIZES = (
    _family("size_bytes", "Size."),
    _family("free_bytes", "Free space, with what is kept for root."),
    _family("avail_bytes", "Free space for everybody."),
    _family("files", "Files that it can hold."),
    _family("files_free", "Files that it can still take."),
)
_READ_ONLY = _family("readonly", "1 when mounted read only.")

# File systems of the kernel, and those that are always full by nature.
_PSEUDO = frozenset(
    [
        "autofs",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "fusectl",
        "hugetlbfs",
        "iso9660",
        "mqueue",
        "nsfs",
        "overlay",
        "proc",
        "procfs",
        "pstore",
        "rpc_pipefs",
        "securityfs",
        "selinuxfs",
        "squashfs",
        "sysfs",
        "tracefs",
    ]
)


class Filesystem(Collector):
    """Size, free space and state of every mounted file system that holds data.

    It runs in line because `volumes` has a deadline of its own: a mount that hangs costs itself.
    """

    slow = False
    paths: tuple[str, ...] = ("/proc/1/mounts", "/proc/self/mounts")
    excluded_points: tuple[str, ...] = (
        "/dev",
        "/proc",
        "/run",
        "/sys",
        "/var/lib/docker",
        "/var/lib/containers/storage",
    )
    excluded_types: frozenset[str] = _PSEUDO

    def __init__(self) -> None:
        self._last = ""
        self._mounts: list[Mount] = []

    def read(self, io: Machine) -> Reading:
        """Sizes of the file systems that answer, and which do not."""
        table = self._table(io)
        if table != self._last:
            self._mounts = [mount for mount in parse(table) if not self._is_excluded(mount)]
            self._last = table
        return measure(self._mounts, io.volumes([mount.point for mount in self._mounts]))

    def _table(self, io: Machine) -> str:
        try:
            return io.read(self.paths[0])
        except OpsError:  # another user's process: only root may read it
            return io.read(self.paths[-1])

    def _is_excluded(self, mount: Mount) -> bool:
        if mount.type in self.excluded_types:
            return True
        return any(
            mount.point == point or mount.point.startswith(f"{point}/")
            for point in self.excluded_points
        )


def parse(text: str) -> list[Mount]:
    """The mount table without repetitions."""
    mounts: dict[Mount, None] = {}
    for line in text.split("\n"):
        words = line.split(" ")
        if len(words) >= 4:  # noqa: PLR2004 - device, point, type, options
            device, point, kind = (_plain(word) for word in words[:3])
            mounts[Mount(device, point, kind, "ro" in words[3].split(","))] = None
    return list(mounts)


def measure(mounts: list[Mount], volumes: Mapping[str, Volume]) -> Reading:
    """Values of each mount, of which those that did not answer have only an error."""
    values: list[int] = []
    key = []
    for mount in mounts:
        volume = volumes.get(mount.point)
        key.append((mount[:3], volume is None))
        values.append(int(volume is None))
        if volume is not None:
            values += volume
            values.append(int(mount.read_only))
    return Reading(key, values, lambda: _describe(key))


def _describe(key: list[tuple[tuple[str, str, str], bool]]) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = []
    for (device, point, kind), silent in key:
        labels = (("device", device), ("fstype", kind), ("mountpoint", point))
        families = (_ERROR,) if silent else (_ERROR, *_SIZES, _READ_ONLY)
        series += [(family, labels) for family in families]
    return series


def _plain(word: str) -> str:
    """`\\040` and the like as the character that they stand for (getmntent(3))."""
    head, *rest = word.split("\\")
    for part in rest:
        digits = part[:3]
        is_octal = len(digits) == 3 and all(digit in "01234567" for digit in digits)  # noqa: PLR2004 - digits
        head += chr(int(digits, 8)) + part[3:] if is_octal else f"\\{part}"
    return head
