"""Memory, from /proc/meminfo (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine


class Meminfo(Collector):
    """Every field of /proc/meminfo, sizes in bytes."""

    slow = False
    path = "/proc/meminfo"

    def read(self, io: Machine) -> Reading:
        """One value for each field."""
        return parse(io.read(self.path))


def parse(text: str) -> Reading:
    """One value for each line; a line without a number is left out."""
    names: list[str] = []
    values: list[int] = []
    for line in text.split("\n"):
        words = line.split()
        if len(words) > 1 and words[1].isdecimal():
            names.append(words[0] if len(words) == 2 else words[0] + "kB")  # noqa: PLR2004 - no unit
            values.append(int(words[1]) * (1 if len(words) == 2 else 1024))  # noqa: PLR2004 - no unit
    return Reading(names, values, lambda: [(_family(name), ()) for name in names])


def _family(field: str) -> Family:
    """`Active(anon):kB` → node_memory_Active_anon_bytes."""
    name, _, unit = field.partition(":")
    stem = name.replace("(", "_").replace(")", "").strip("_")
    what = f"{stem} of /proc/meminfo"
    if unit:
        return Family(f"node_memory_{stem}_bytes", "gauge", f"{what}, in bytes.")
    return Family(f"node_memory_{stem}", "gauge", f"{what}.")
