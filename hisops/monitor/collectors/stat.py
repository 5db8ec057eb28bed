"""Processor time, interrupts and processes, from /proc/stat (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_TICKS = 100  # USER_HZ: what the kernel shows to programs, whatever its own clock is
_MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
_GUEST_MODES = ("user", "nice")
_JITTER_SECONDS = 3.0

_CPU = Family("node_cpu_seconds_total", "counter", "Time each processor spent in each mode.")
_GUEST = Family(
    "node_cpu_guest_seconds_total", "counter", "Time each processor spent in virtual machines."
)
_SINGLES = {
    "btime": Family("node_boot_time_seconds", "gauge", "When the machine started, Unix time."),
    "ctxt": Family("node_context_switches_total", "counter", "Context switches."),
    "processes": Family("node_forks_total", "counter", "Processes and threads started."),
    "intr": Family("node_intr_total", "counter", "Interrupts served."),
    "procs_running": Family("node_procs_running", "gauge", "Processes ready to run."),
    "procs_blocked": Family("node_procs_blocked", "gauge", "Processes that wait for a disk."),
}


class Stat(Collector):
    """Processor time by mode, interrupts, context switches and processes."""

    slow = False
    path = "/proc/stat"

    def __init__(self) -> None:
        self._last = Reading((), (), tuple)

    def read(self, io: Machine) -> Reading:
        """Counters as the kernel gives them, but never a little less than the last time."""
        now = parse(io.read(self.path))
        if now.key == self._last.key:
            now = now._replace(values=steady(self._last.values, now.values))
        self._last = now
        return now


def parse(text: str) -> Reading:
    """Values of all processors, then those of the machine."""
    processors: list[str] = []
    singles: list[str] = []
    values: list[float | str] = []
    totals: list[float | str] = []
    for line in text.split("\n"):
        name, _, rest = line.partition(" ")
        if name in _SINGLES:
            singles.append(name)
            totals.append(rest.split(" ", 1)[0])
        elif name.startswith("cpu") and name != "cpu":
            words = rest.split()
            processors.append(name[3:])
            values += [int(word) / _TICKS for word in words[: len(_MODES) + len(_GUEST_MODES)]]
    key = (processors, singles)
    return Reading(key, values + totals, lambda: _describe(processors, singles))


def steady(
    before: Sequence[float | int | str], now: Sequence[float | int | str]
) -> list[float | int | str]:
    """The new values; times that went back by less than 3 s stay where they were.

    iowait may decrease (proc(5)): shown as it is, a rate would take that for a restart.
    """
    return [
        old
        if isinstance(new, float) and isinstance(old, float) and 0 < old - new < _JITTER_SECONDS
        else new
        for old, new in zip(before, now, strict=True)
    ]


def _describe(processors: list[str], singles: list[str]) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = []
    for cpu in processors:
        series += [(_CPU, (("cpu", cpu), ("mode", mode))) for mode in _MODES]
        series += [(_GUEST, (("cpu", cpu), ("mode", mode))) for mode in _GUEST_MODES]
    return series + [(_SINGLES[name], ()) for name in singles]
