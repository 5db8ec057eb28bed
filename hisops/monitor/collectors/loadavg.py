"""Load averages, from /proc/loadavg (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_FAMILIES = tuple(
    Family(f"node_load{minutes}", "gauge", f"Load average over {minutes} min.")
    for minutes in (1, 5, 15)
)


class Loadavg(Collector):
    """Processes that run or wait, averaged over 1, 5 and 15 minutes."""

    slow = False
    path = "/proc/loadavg"

    def read(self, io: Machine) -> Reading:
        """The three averages."""
        return parse(io.read(self.path))


def parse(text: str) -> Reading:
    """The first three numbers of the line."""
    values = text.split()[:3]
    return Reading(len(values), values, lambda: [(family, ()) for family in _FAMILIES])
