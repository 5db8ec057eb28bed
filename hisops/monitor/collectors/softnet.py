"""Packets that processors took from the network cards, from /proc/net/softnet_stat.

Columns: net/core/net-procfs.c of Linux, softnet_seq_show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_FAMILIES = tuple(
    Family(f"node_softnet_{name}_total", "counter", text)
    for name, text in (
        ("processed", "Packets processed."),
        ("dropped", "Packets dropped because the queue was full."),
        ("times_squeezed", "Times that work was left for want of time."),
    )
)


class Softnet(Collector):
    """Packets processed and dropped by each processor."""

    slow = False
    path = "/proc/net/softnet_stat"

    def read(self, io: Machine) -> Reading:
        """Counters of now."""
        return parse(io.read(self.path))


def parse(text: str) -> Reading:
    """The first three columns of each processor's line; processors are numbered by lines."""
    values = []
    count = 0
    for line in text.splitlines():
        values += [int(word, 16) for word in line.split()[: len(_FAMILIES)]]
        count += 1
    return Reading(
        count,
        values,
        lambda: [(f, (("cpu", str(cpu)),)) for cpu in range(count) for f in _FAMILIES],
    )
