"""Time that processes ran and waited on each processor, from /proc/schedstat.

Columns: Linux documentation, scheduler/sched-stats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_NANOSECONDS = 1e9
_COLUMNS = 10  # with the name; the last three are ours
_FAMILIES = tuple(
    Family(f"node_schedstat_{name}_total", "counter", text)
    for name, text in (
        ("running_seconds", "Time that processes ran."),
        ("waiting_seconds", "Time that processes waited for the processor."),
        ("timeslices", "Time slices given."),
    )
)


class Schedstat(Collector):
    """Running and waiting time of each processor."""

    slow = False
    path = "/proc/schedstat"

    def __init__(self) -> None:
        self._file = RareFile(self.path)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where the kernel does not count."""
        text = self._file.read(io)
        return parse(text) if text else NOTHING


def parse(text: str) -> Reading:
    """The last three numbers of each processor's line."""
    processors: list[str] = []
    values: list[float | str] = []
    for line in text.splitlines():
        words = line.split()
        if line.startswith("cpu") and len(words) >= _COLUMNS:
            running, waiting, slices = words[7:10]
            processors.append(words[0][3:])
            values += (int(running) / _NANOSECONDS, int(waiting) / _NANOSECONDS, slices)
    return Reading(
        processors,
        values,
        lambda: [(f, (("cpu", cpu),)) for cpu in processors for f in _FAMILIES],
    )
