"""ZFS: cache, transactions and state of the pools, from /proc/spl/kstat/zfs (OpenZFS, spl kstat)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.core.metric_text import is_name
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile, Seldom

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

    Series = list[tuple[Family, Labels]]

# File and what its numbers are called.
_FILES = {
    "abdstats": "abd",
    "arcstats": "arc",
    "dbufstats": "dbuf",
    "dmu_tx": "dmu_tx",
    "dnodestats": "dnode",
    "fm": "fm",
    "vdev_cache_stats": "vdev_cache",
    "vdev_mirror_stats": "vdev_mirror",
    "xuio_stats": "xuio",
    "zfetchstats": "zfetch",
    "zil": "zil",
}
_NUMBERS = ("3", "4")  # KSTAT_DATA_INT64 and UINT64
_STATE = Family("node_zfs_zpool_state", "gauge", "1 for the state that the pool is in.")
_STATES = ("online", "degraded", "faulted", "offline", "removed", "unavail")


class Zfs(Collector):
    """Numbers of ZFS and the state of every pool."""

    slow = True  # the state of a pool waits for a lock that a sick pool may hold
    folder = "/proc/spl/kstat/zfs"

    def __init__(self) -> None:
        self._files = {prefix: RareFile(f"{self.folder}/{name}") for name, prefix in _FILES.items()}
        self._pools = Seldom(self._search)

    def read(self, io: Machine) -> Reading:
        """Numbers of now; none where ZFS is not loaded."""
        pools = self._pools.get(io)
        if not pools:
            return NOTHING
        names: list[str] = []
        values: list[str | int] = []
        for prefix, file in self._files.items():
            for name, value in parse(file.read(io)):
                names.append(f"node_zfs_{prefix}_{name}")
                values.append(value)
        states = {name: io.attribute(f"{self.folder}/{name}/state") for name in pools}
        there = [name for name, state in states.items() if state is not None]
        values += (
            int(state == (states[name] or "").lower()) for name in there for state in _STATES
        )
        return Reading((names, there), values, lambda: _describe(names, there))

    def _search(self, io: Machine) -> list[str]:
        """Everything in the folder: pools are folders in it, and a file has no `state` in it."""
        return io.names(self.folder)


def parse(text: str) -> Iterable[tuple[str, str]]:
    """Name and number of each line after the two of the heading."""
    for line in text.splitlines()[2:]:
        words = line.split()
        if len(words) == 3 and words[1] in _NUMBERS:  # noqa: PLR2004 - name, type, data
            name = words[0].replace("-", "_").replace(".", "_")
            if is_name(name):
                yield name, words[2]


def _describe(names: list[str], pools: list[str]) -> Series:
    series: Series = [
        (Family(name, "untyped", "Read from ZFS's own statistics."), ()) for name in names
    ]
    return series + [
        (_STATE, (("state", state), ("zpool", pool))) for pool in pools for state in _STATES
    ]
