"""Processes and threads by state, from /proc/PID/stat (proc(5)).

Off unless site.yml asks for it: it opens a file for every process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_processes_{name}", "gauge", text)


_SINGLES = (
    _gauge("pids", "Processes."),
    _gauge("max_processes", "Highest number of a process."),
    _gauge("threads", "Threads."),
    _gauge("max_threads", "Threads that the kernel allows."),
)
_STATE = _gauge("state", "Processes by state.")
_THREAD_STATE = _gauge("threads_state", "Threads by state.")


class Processes(Collector):
    """How many processes and threads there are, and in which state."""

    by_default = False
    folder = "/proc"

    def read(self, io: Machine) -> Reading:
        """Numbers of now; a process that ends meanwhile is not counted."""
        processes: dict[str, int] = {}
        states: dict[str, int] = {}
        threads = 0
        for pid in io.names(self.folder):
            for state, count in _look(io, f"{self.folder}/{pid}") if pid.isdecimal() else ():
                processes[state] = processes.get(state, 0) + 1
                threads += count
                for found in _threads(io, f"{self.folder}/{pid}", state, count):
                    states[found] = states.get(found, 0) + 1
        kernel = f"{self.folder}/sys/kernel"
        limits = [io.read(f"{kernel}/{name}").strip() for name in ("pid_max", "threads-max")]
        totals = (sum(processes.values()), limits[0], threads, limits[1])
        key = (list(processes), list(states))
        values: list[int | str] = [*totals, *processes.values(), *states.values()]
        return Reading(key, values, lambda: _describe(*key))


def parse(text: str) -> tuple[str, int]:
    """State and number of threads; the name before them stands in brackets and may hold anything."""
    words = text.rpartition(")")[2].split()
    return words[0], int(words[17])


def _look(io: Machine, folder: str) -> list[tuple[str, int]]:
    try:
        return [parse(io.read(f"{folder}/stat"))]
    except OpsError:  # it ended
        return []


def _threads(io: Machine, folder: str, state: str, count: int) -> list[str]:
    if count == 1:
        return [state]
    tasks = io.names(f"{folder}/task")
    return [found for task in tasks for found, _ in _look(io, f"{folder}/task/{task}")]


def _describe(processes: list[str], threads: list[str]) -> list[tuple[Family, Labels]]:
    return [
        *((family, ()) for family in _SINGLES),
        *((_STATE, (("state", state),)) for state in processes),
        *((_THREAD_STATE, (("thread_state", state),)) for state in threads),
    ]
