"""Disks, from /proc/diskstats (Linux documentation, admin-guide/iostats) and udev's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

    Disk = tuple[str, str, str, int]  # name, major, minor, number of columns
    Properties = Mapping[str, str]

_SECTOR_BYTES = 512  # whatever the disk's own sectors are
_PLAIN, _MILLISECONDS, _SECTORS = 1.0, 1000.0, 0.0
_NAMED_BY_LETTER = ("hd", "sd", "vd", "xvd")


def _counter(name: str, text: str) -> Family:
    return Family(f"node_disk_{name}_total", "counter", text)


# One entry for each column after the name, with what its unit is.
_COLUMNS = (
    (_counter("reads_completed", "Reads that ended well."), _PLAIN),
    (_counter("reads_merged", "Reads joined with a neighbour."), _PLAIN),
    (_counter("read_bytes", "Bytes read."), _SECTORS),
    (_counter("read_time_seconds", "Time spent by all reads."), _MILLISECONDS),
    (_counter("writes_completed", "Writes that ended well."), _PLAIN),
    (_counter("writes_merged", "Writes joined with a neighbour."), _PLAIN),
    (_counter("written_bytes", "Bytes written."), _SECTORS),
    (_counter("write_time_seconds", "Time spent by all writes."), _MILLISECONDS),
    (Family("node_disk_io_now", "gauge", "Requests in progress."), _PLAIN),
    (_counter("io_time_seconds", "Time in which the disk was busy."), _MILLISECONDS),
    (_counter("io_time_weighted_seconds", "Time spent by all requests."), _MILLISECONDS),
    (_counter("discards_completed", "Discards that ended well."), _PLAIN),
    (_counter("discards_merged", "Discards joined with a neighbour."), _PLAIN),
    (_counter("discarded_sectors", "Sectors discarded."), _PLAIN),
    (_counter("discard_time_seconds", "Time spent by all discards."), _MILLISECONDS),
    (_counter("flush_requests", "Flushes that ended well."), _PLAIN),
    (_counter("flush_requests_time_seconds", "Time spent by all flushes."), _MILLISECONDS),
)
_INFO = Family("node_disk_info", "gauge", "What the disk is; always 1.")
_PROPERTIES = {
    "model": ("ID_MODEL",),
    "path": ("ID_PATH",),
    "revision": ("ID_REVISION",),
    "serial": ("SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT"),
    "wwn": ("ID_WWN",),
}


class Diskstats(Collector):
    """Reads, writes, discards, flushes and busy time of every whole disk."""

    slow = False
    path = "/proc/diskstats"
    udev_folder = "/run/udev/data"

    def __init__(self) -> None:
        self._key: object = None
        self._properties: dict[str, Properties] = {}

    def read(self, io: Machine) -> Reading:
        """Counters of now; what udev knows is read again when the disks change."""
        reading = parse(io.read(self.path), self._properties)
        if reading.key != self._key:
            self._key = reading.key
            self._properties.clear()
            for _, major, minor, _ in _disks(io.read(self.path)):
                try:
                    text = io.read(f"{self.udev_folder}/b{major}:{minor}")
                except OpsError:  # no udev here: the disk has no properties
                    continue
                self._properties[f"{major}:{minor}"] = parse_udev(text)
        return reading


def parse(text: str, properties: Mapping[str, Properties]) -> Reading:
    """Values of each whole disk in the order of its columns, then its info."""
    disks: list[Disk] = []
    values: list[float | int | str] = []
    for line in text.split("\n"):
        words = line.split()
        if len(words) < 4 or is_partition(words[2]):  # noqa: PLR2004 - no numbers
            continue
        columns = words[3 : 3 + len(_COLUMNS)]
        disks.append((words[2], words[0], words[1], len(columns)))
        for (_, unit), word in zip(_COLUMNS, columns, strict=False):
            if unit == _PLAIN:
                values.append(word)
            elif unit == _SECTORS:
                values.append(int(word) * _SECTOR_BYTES)
            else:
                values.append(int(word) / unit)
        values.append(1)
    return Reading(disks, values, lambda: _describe(disks, properties))


def parse_udev(text: str) -> dict[str, str]:
    """The properties (`E:NAME=VALUE`) of a file in udev's data folder."""
    pairs = (line[2:].partition("=") for line in text.splitlines() if line.startswith("E:"))
    return {name: value for name, _, value in pairs}


def is_partition(device: str) -> bool:
    """Whether this is a part of a disk, or a loop, memory or floppy device."""
    stem = device.rstrip("0123456789")
    if stem == device:
        return False
    if stem in ("ram", "loop", "fd"):
        return True
    if stem.startswith("nvme") and stem.endswith("p"):
        return True
    return stem[:-1] in _NAMED_BY_LETTER


def _disks(text: str) -> list[Disk]:
    reading = parse(text, {})
    return reading.key if isinstance(reading.key, list) else []


def _describe(
    disks: list[Disk], properties: Mapping[str, Properties]
) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = []
    for name, major, minor, count in disks:
        device = (("device", name),)
        series += [(family, device) for family, _ in _COLUMNS[:count]]
        known = properties.get(f"{major}:{minor}", {})
        texts = tuple(
            (label, next((known[key] for key in keys if key in known), ""))
            for label, keys in _PROPERTIES.items()
        )
        series.append((_INFO, (*device, ("major", major), ("minor", minor), *texts)))
    return series
