"""Connections that the packet filter follows (Linux documentation, networking/nf_conntrack-sysctl)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_SIZES = (
    Family("node_nf_conntrack_entries", "gauge", "Connections followed."),
    Family("node_nf_conntrack_entries_limit", "gauge", "Connections that can be followed."),
)
_STATS = {
    name: Family(f"node_nf_conntrack_stat_{name}", "gauge", text)
    for name, text in (
        ("found", "Connections found when looked for."),
        ("invalid", "Packets that cannot be followed."),
        ("ignore", "Packets that belong to a connection already."),
        ("insert", "Connections added."),
        ("insert_failed", "Connections that could not be added."),
        ("drop", "Packets dropped because a connection could not be followed."),
        ("early_drop", "Connections removed to make room."),
        ("search_restart", "Searches begun again because the table was resized."),
    )
}


class Conntrack(Collector):
    """Size of the connection table, its limit, and what was lost."""

    slow = False
    count_path = "/proc/sys/net/netfilter/nf_conntrack_count"
    limit_path = "/proc/sys/net/netfilter/nf_conntrack_max"
    stat_path = "/proc/net/stat/nf_conntrack"

    def __init__(self) -> None:
        self._count = RareFile(self.count_path)
        self._stat = RareFile(self.stat_path)

    def read(self, io: Machine) -> Reading:
        """Numbers of now; none where the packet filter follows nothing."""
        count = self._count.read(io)
        if not count:
            return NOTHING
        return parse(count, io.read(self.limit_path), self._stat.read(io))


def parse(count: str, limit: str, stat: str) -> Reading:
    """Both sizes, then the sums over all processors of the columns that this kernel has."""
    header, *lines = stat.split("\n")
    columns = {name: index for index, name in enumerate(header.split())}
    rows = [line.split() for line in lines if line]
    # `ignore` went away in some kernels and is 0 there.
    sums = [
        sum(int(row[columns[name]], 16) for row in rows) if name in columns else 0
        for name in _STATS
    ]
    families = (*_SIZES, *(_STATS.values() if stat else ()))
    return Reading(
        len(families),
        (count.strip(), limit.strip(), *(sums if stat else ())),
        lambda: [(family, ()) for family in families],
    )
