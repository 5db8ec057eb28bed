"""The agent itself: version, start, memory and processor time, from /proc/self/stat (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops import __version__
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_TICKS = 100  # USER_HZ
_SERIES = (
    (
        Family("hisops_build_info", "gauge", "Version of hisops; always 1."),
        (("version", __version__),),
    ),
    (Family("process_cpu_seconds_total", "counter", "Processor time the agent used."), ()),
    (Family("process_resident_memory_bytes", "gauge", "Memory of the agent."), ()),
    (Family("process_start_time_seconds", "gauge", "When the agent started, Unix time."), ()),
    (Family("process_virtual_memory_bytes", "gauge", "Address space of the agent."), ()),
)


class Process(Collector):
    """What the agent costs and since when it runs."""

    slow = False
    path = "/proc/self/stat"
    boot_path = "/proc/stat"
    page_bytes = 4096

    def __init__(self) -> None:
        self._boot = 0

    def read(self, io: Machine) -> Reading:
        """Figures of now."""
        if not self._boot:
            self._boot = int(io.read(self.boot_path).partition("\nbtime ")[2].split(None, 1)[0])
        return parse(io.read(self.path), self._boot, self.page_bytes)


def parse(text: str, boot: int, page_bytes: int) -> Reading:
    """Processor time, memory and start; `boot` is when the machine started."""
    # The second field is the name in brackets and may hold anything; the third is number 0 here.
    words = text.rpartition(")")[2].split()
    cpu = (int(words[11]) + int(words[12])) / _TICKS
    start = boot + int(words[19]) / _TICKS
    values = (1, cpu, int(words[21]) * page_bytes, start, words[20])
    return Reading(None, values, lambda: _SERIES)
