"""Work of the XFS file systems, from /sys/fs/xfs/*/stats/stats (fs/xfs/xfs_stats.h of Linux)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, Seldom

if TYPE_CHECKING:
    from hisops.core.machine import Machine

# The words of each line, by the part of the name that node_exporter gives them.
_LINES = {
    "extent_alloc": (
        "extent_allocation",
        "extents_allocated blocks_allocated extents_freed blocks_freed",
    ),
    "abt": ("allocation_btree", "lookups compares records_inserted records_deleted"),
    "blk_map": (
        "block_mapping",
        "reads writes unmaps extent_list_insertions extent_list_deletions extent_list_lookups "
        "extent_list_compares",
    ),
    "bmbt": ("block_map_btree", "lookups compares records_inserted records_deleted"),
    "dir": ("directory_operation", "lookup create remove getdents"),
    "ig": (
        "inode_operation",
        "attempts found recycled missed duplicates reclaims attribute_changes",
    ),
    "rw": ("", "write_calls read_calls"),
    "vnodes": ("vnode", "active allocate get hold release reclaim remove"),
}
_FAMILIES = {
    line: [
        Family(
            f"node_xfs_{stem}_{word}_total" if stem else f"node_xfs_{word}_total",
            "counter",
            f"{word.replace('_', ' ').capitalize()} of the line {line}.",
        )
        for word in words.split()
    ]
    for line, (stem, words) in _LINES.items()
}


class Xfs(Collector):
    """Allocations, lookups, reads and writes of each XFS file system."""

    slow = False
    folder = "/sys/fs/xfs"

    def __init__(self) -> None:
        self._devices = Seldom(self._search)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where no such file system is mounted."""
        texts = {
            device: text
            for device in self._devices.get(io)
            if (text := io.attribute(f"{self.folder}/{device}/stats/stats"))
        }
        return parse(texts) if texts else NOTHING

    def _search(self, io: Machine) -> list[str]:
        # `stats` holds the sums over all, `error` and `debug` are settings.
        names = set(io.names(self.folder)) - {"stats", "debug", "error"}
        return sorted(name for name in names if io.names(f"{self.folder}/{name}/stats"))


def parse(texts: dict[str, str]) -> Reading:
    """The chosen counters of each device, as far as its kernel has them."""
    values: list[str] = []
    key: list[tuple[str, str, int]] = []
    for device, text in texts.items():
        for line in text.splitlines():
            name, *numbers = line.split()
            chosen = numbers[: len(_FAMILIES.get(name, ()))]
            if chosen:
                values += chosen
                key.append((device, name, len(chosen)))
    return Reading(
        key,
        values,
        lambda: [
            (family, (("device", device),))
            for device, name, count in key
            for family in _FAMILIES[name][:count]
        ],
    )
