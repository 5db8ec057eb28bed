"""Groups of processes by name or command line, from /proc/PID (proc(5)).

Off unless the host's variable `agent_processes` names groups. Names are those of process-exporter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_TICKS = 100  # USER_HZ
_PAGE_BYTES = 4096
_KIB = 1024
_UNLIMITED = 1 << 63


def _gauge(name: str, text: str) -> Family:
    return Family(f"namedprocess_namegroup_{name}", "gauge", text)


def _counter(name: str, text: str) -> Family:
    return Family(f"namedprocess_namegroup_{name}_total", "counter", text)


_CPU = _counter("cpu_seconds", "Processor time of the group.")
_SWITCHES = _counter("context_switches", "Times its threads gave up or lost the processor.")
_MEMORY = _gauge("memory_bytes", "Memory of the group.")
_STATES = _gauge("states", "Processes of the group by state.")
_STATE_LETTERS = {"R": "Running", "S": "Sleeping", "D": "Waiting", "Z": "Zombie"}
_STATE_NAMES = (*_STATE_LETTERS.values(), "Other")
_SERIES: tuple[tuple[Family, Labels], ...] = (
    (_gauge("num_procs", "Processes of the group."), ()),
    (_gauge("num_threads", "Threads of the group."), ()),
    (_MEMORY, (("memtype", "resident"),)),
    (_MEMORY, (("memtype", "virtual"),)),
    (_MEMORY, (("memtype", "swapped"),)),
    *((_STATES, (("state", name),)) for name in _STATE_NAMES),
    (_CPU, (("mode", "user"),)),
    (_CPU, (("mode", "system"),)),
    (_counter("minor_page_faults", "Page faults that needed no disk."), ()),
    (_counter("major_page_faults", "Page faults that needed the disk."), ()),
    (_SWITCHES, (("ctxswitchtype", "voluntary"),)),
    (_SWITCHES, (("ctxswitchtype", "nonvoluntary"),)),
)
_OLDEST = _gauge("oldest_start_time_seconds", "When its oldest process started, Unix time.")
_FILES = _gauge("open_filedesc", "Open files of the group.")
_WORST = _gauge("worst_fd_ratio", "Share of its open files that the process nearest to it has.")
_Rates = tuple[float, float, int, int, int, int]


class Process(NamedTuple):
    """What /proc/PID/stat tells."""

    name: str
    state: str
    rates: tuple[float, float, int, int]
    threads: int
    start_ticks: int
    virtual_bytes: int
    resident_bytes: int


class ProcessGroup(Collector):
    """Number, memory, processor time and open files of each group; an empty group has number 0."""

    by_default = False
    folder = "/proc"
    boot_path = "/proc/stat"
    groups: tuple[tuple[str, str], ...] = ()

    def __init__(self) -> None:
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        self._verdicts: dict[tuple[str, int, str], str] = {}
        self._last: dict[tuple[str, int], _Rates] = {}
        self._totals: dict[str, list[float]] = {}

    def read(self, io: Machine) -> Reading:
        """Figures of now; a counter goes on when a process of the group ends."""
        if not self._patterns:
            import re

            self._patterns = [(name, re.compile(pattern)) for name, pattern in self.groups]
        members = self._sort(io)
        boot = int(io.read(self.boot_path).partition("\nbtime ")[2].split(None, 1)[0])
        key: list[tuple[str, bool, bool]] = []
        values: list[float | int] = []
        last: dict[tuple[str, int], _Rates] = {}
        for group, _ in self.groups:
            found = members.get(group, [])
            details = [_detail(io, f"{self.folder}/{pid}") for pid, _ in found]
            values += _sums([process for _, process in found], details)
            values += self._count(group, found, details, last)
            files = [d for d in details if d.files >= 0]
            if found:
                values.append(boot + min(p.start_ticks for _, p in found) / _TICKS)
            if files:
                values += (sum(d.files for d in files), max(d.files / d.limit for d in files))
            key.append((group, bool(found), bool(files)))
        self._last = last
        return Reading(key, values, lambda: _describe(key))

    def _sort(self, io: Machine) -> dict[str, list[tuple[str, Process]]]:
        """Processes by group; the pattern of a process is looked for once, and when its name changes."""
        members: dict[str, list[tuple[str, Process]]] = {}
        verdicts = {}
        for pid in io.names(self.folder):
            if not pid.isdecimal():
                continue
            try:
                process = parse(io.read(f"{self.folder}/{pid}/stat"))
                mark = (pid, process.start_ticks, process.name)
                known = self._verdicts.get(mark)
                group = self._judge(io, pid, process.name) if known is None else known
            except OpsError:  # it has ended meanwhile
                continue
            verdicts[mark] = group
            if group:
                members.setdefault(group, []).append((pid, process))
        self._verdicts = verdicts
        return members

    def _judge(self, io: Machine, pid: str, name: str) -> str:
        """The first group whose pattern is in the name or in the command line; empty for none."""
        line = io.read(f"{self.folder}/{pid}/cmdline").replace("\0", " ").strip()
        for group, pattern in self._patterns:
            if pattern.search(name) or pattern.search(line):
                return group
        return ""

    def _count(
        self,
        group: str,
        found: Sequence[tuple[str, Process]],
        details: Sequence[_Detail],
        last: dict[tuple[str, int], _Rates],
    ) -> list[float]:
        """The group's counters, with what each process added since the last time."""
        totals = self._totals.setdefault(group, [0] * 6)
        for (pid, process), detail in zip(found, details, strict=True):
            now: _Rates = (*process.rates, *detail.switches)
            before = self._last.get((pid, process.start_ticks), (0, 0, 0, 0, 0, 0))
            for index in range(6):
                totals[index] += max(0, now[index] - before[index])
            last[pid, process.start_ticks] = now
        return totals


class _Detail(NamedTuple):
    """What other files of the process tell; -1 files where only its owner may look."""

    swapped_bytes: int = 0
    switches: tuple[int, int] = (0, 0)
    files: int = -1
    limit: int = 1


def _detail(io: Machine, folder: str) -> _Detail:
    """The details of one process, as far as it still runs and shows them."""
    detail = _Detail()
    try:
        status = _words(io.read(f"{folder}/status"))
        kinds = ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches")
        voluntary, forced = (int(status.get(name, 0)) for name in kinds)
        swapped = int(status.get("VmSwap", 0)) * _KIB
        detail = _Detail(swapped, (voluntary, forced))
        limits = io.read(f"{folder}/limits").partition("Max open files")[2].split()
        files = len(io.names(f"{folder}/fd"))
    except OpsError:
        return detail
    limit = int(limits[0]) if limits and limits[0].isdecimal() else _UNLIMITED
    return detail._replace(files=files, limit=max(1, limit))


def parse(text: str) -> Process:
    """A process from its `stat`; the name stands in brackets and may hold anything."""
    head, _, tail = text.rpartition(")")
    words = tail.split()
    return Process(
        head.partition("(")[2],
        words[0],
        (int(words[11]) / _TICKS, int(words[12]) / _TICKS, int(words[7]), int(words[9])),
        int(words[17]),
        int(words[19]),
        int(words[20]),
        int(words[21]) * _PAGE_BYTES,
    )


def _sums(processes: Sequence[Process], details: Sequence[_Detail]) -> list[float | int]:
    states = [_STATE_LETTERS.get(process.state, "Other") for process in processes]
    return [
        len(processes),
        sum(process.threads for process in processes),
        sum(process.resident_bytes for process in processes),
        sum(process.virtual_bytes for process in processes),
        sum(detail.swapped_bytes for detail in details),
        *(states.count(name) for name in _STATE_NAMES),
    ]


def _words(text: str) -> dict[str, str]:
    """`VmSwap: 12 kB` → {"VmSwap": "12"}."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: rest.split()[0] for name, _, rest in pairs if rest.strip()}


def _describe(key: Sequence[tuple[str, bool, bool]]) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = []
    for group, has_members, has_files in key:
        label = ("groupname", group)
        series += [(family, (label, *labels)) for family, labels in _SERIES]
        if has_members:
            series.append((_OLDEST, (label,)))
        if has_files:
            series += [(_FILES, (label,)), (_WORST, (label,))]
    return series
