"""What the prober tells of itself."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample, expose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hisops.prober.round import Round

_PROBES = Family("hisops_prober_probes_total", "counter", "Probes that were made.")
_CHECKS = Family("hisops_prober_checks", "gauge", "Checks of the plan by group.")
_FAILING = Family("hisops_prober_checks_failing", "gauge", "Checks without success by group.")
_CPU = Family(
    "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds."
)
_MEMORY = Family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.")
_FILES = Family("process_open_fds", "gauge", "Number of open file descriptors.")
_START = Family(
    "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds."
)


class Own:
    """Counts the prober's work."""

    def __init__(self, start: float) -> None:
        """`start` is the wall clock of now."""
        self._probes = 0
        self._start = start

    def count(self, probes: int) -> None:
        """So many more probes were made."""
        self._probes += probes

    def page(self, groups: Mapping[str, Sequence[Round]]) -> str:
        """The prober's own metrics."""
        samples = [
            Sample(_PROBES, self._probes),
            Sample(_CPU, time.process_time()),
            Sample(_START, self._start),
            Sample(_FILES, sum(1 for _ in Path("/proc/self/fd").iterdir())),
            Sample(_MEMORY, _resident_bytes()),
        ]
        for name, rounds in groups.items():
            label = (("group", name),)
            outcomes = [outcome for one in rounds for outcome in one.outcomes]
            bad = sum(outcome is not None and not outcome.success for outcome in outcomes)
            samples += [Sample(_CHECKS, len(outcomes), label), Sample(_FAILING, bad, label)]
        return expose(samples)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
