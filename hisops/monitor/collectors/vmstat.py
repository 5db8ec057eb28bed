"""Paging, swapping and out-of-memory kills, from /proc/vmstat (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine


class Vmstat(Collector):
    """The counters of /proc/vmstat that tell of memory pressure."""

    slow = False
    path = "/proc/vmstat"
    fields: tuple[str, ...] = (
        "oom_kill",
        "pgfault",
        "pgmajfault",
        "pgpgin",
        "pgpgout",
        "pswpin",
        "pswpout",
    )

    def read(self, io: Machine) -> Reading:
        """Values of the chosen fields that this kernel has."""
        return parse(io.read(self.path), self.fields)


def parse(text: str, fields: tuple[str, ...]) -> Reading:
    """Values of these fields, as far as the text has them."""
    names: list[str] = []
    values: list[str] = []
    text = f"\n{text}"  # so that every line, the first as well, begins after a line end
    for name in fields:
        _, found, rest = text.partition(f"\n{name} ")
        if found:
            names.append(name)
            values.append(rest.partition("\n")[0])
    return Reading(names, values, lambda: [(_family(name), ()) for name in names])


def _family(field: str) -> Family:
    return Family(f"node_vmstat_{field}", "untyped", f"{field} of /proc/vmstat.")
