"""Space of the Btrfs file systems by content and level, and errors of their disks.

From /sys/fs/btrfs (fs/btrfs/sysfs.c of Linux). node_exporter asks for errors by ioctl, which only
root may do; these are under a name of our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, Sensor, Sensors, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_btrfs_{name}", "gauge", text)


_SECTOR_BYTES = 512
_INFO = _gauge("info", "Label of the file system; always 1.")
_RATIO = _gauge("allocation_ratio", "Bytes on the disks for a byte of content.")
_RESERVE = _gauge("global_rsv_size_bytes", "Space kept for emergencies.")
_RESERVED = _gauge("reserved_bytes", "Space promised to writes under way.")
_SIZES = {
    "used_bytes": _gauge("used_bytes", "Space used."),
    "total_bytes": _gauge("size_bytes", "Space set aside."),
}
_DISK = _gauge("device_size_bytes", "Size of a disk of the file system.")
_ERRORS = Family("hisops_btrfs_errors_total", "counter", "Errors of a disk, by their kind.")
_CONTENTS = ("data", "metadata", "system")
_COPIES = {"dup": 2, "raid1": 2, "raid1c3": 3, "raid1c4": 4, "raid10": 2}
_PARITY_DISKS = {"raid5": 1, "raid6": 2}


class Btrfs(Collector):
    """Space set aside, used and reserved, and what went wrong with the disks."""

    slow = False
    folder = "/sys/fs/btrfs"

    def __init__(self) -> None:
        self._systems = Seldom(self._list)
        self._sensors = Sensors(lambda io: [s for f in self._list(io) for s in _sensors(io, f)])
        self._facts = Seldom(lambda io: join(*(_facts(io, f) for f in self._list(io))))

    def read(self, io: Machine) -> Reading:
        """Values of now; none where no such file system is mounted."""
        errors = (_errors(io, folder) for folder in self._systems.get(io))
        return join(self._sensors.read(io), self._facts.get(io), *errors)

    def _list(self, io: Machine) -> list[str]:
        # A file system is named by its UUID; `features` stands beside them.
        return [f"{self.folder}/{name}" for name in io.names(self.folder) if "-" in name]


def ratio(level: str, disks: int) -> float:
    """Bytes that a byte takes on the disks at a level of redundancy."""
    parity = _PARITY_DISKS.get(level, 0)
    if parity and disks > parity:
        return disks / (disks - parity)
    return _COPIES.get(level, 1)


def _uuid(folder: str) -> tuple[str, str]:
    return "uuid", folder.rpartition("/")[2]


def _levels(io: Machine, folder: str) -> list[tuple[str, Labels]]:
    """Folder of every level that holds some content, with its labels."""
    found: list[tuple[str, Labels]] = []
    for content in _CONTENTS:
        path = f"{folder}/allocation/{content}"
        for level in io.names(path):
            if io.names(f"{path}/{level}"):
                labels = (("block_group_type", content), ("mode", level), _uuid(folder))
                found.append((f"{path}/{level}", labels))
    return found


def _sensors(io: Machine, folder: str) -> list[Sensor]:
    uuid = _uuid(folder)
    found = [Sensor(f"{folder}/allocation/global_rsv_size", _RESERVE, (uuid,))]
    for content in _CONTENTS:
        path = f"{folder}/allocation/{content}/bytes_reserved"
        found.append(Sensor(path, _RESERVED, (("block_group_type", content), uuid)))
    for path, labels in _levels(io, folder):
        found += [Sensor(f"{path}/{name}", family, labels) for name, family in _SIZES.items()]
    for disk in io.names(f"{folder}/devices"):
        path = f"{folder}/devices/{disk}/size"
        found.append(Sensor(path, _DISK, (("device", disk), uuid), multiply=_SECTOR_BYTES))
    return found


def _facts(io: Machine, folder: str) -> Reading:
    """The label, and the ratio of each level."""
    disks = len(io.names(f"{folder}/devices"))
    levels = [labels for _, labels in _levels(io, folder)]
    name = ("label", io.attribute(f"{folder}/label") or "")
    series = [(_INFO, (name, _uuid(folder))), *((_RATIO, labels) for labels in levels)]
    values = [1, *(ratio(dict(labels)["mode"], disks) for labels in levels)]
    return Reading(series, values, lambda: series)


def _errors(io: Machine, folder: str) -> Reading:
    """What `btrfs device stats` shows: lines of a kind and its count, by number of the disk."""
    series: list[tuple[Family, Labels]] = []
    values: list[str] = []
    for disk in io.names(f"{folder}/devinfo"):
        text = io.attribute(f"{folder}/devinfo/{disk}/error_stats") or ""
        for line in text.splitlines():
            kind, _, count = line.partition(" ")
            if count.isdecimal():
                name = kind.removesuffix("_errs")
                series.append((_ERRORS, (("device_id", disk), ("kind", name), _uuid(folder))))
                values.append(count)
    return Reading(series, values, lambda: series)
