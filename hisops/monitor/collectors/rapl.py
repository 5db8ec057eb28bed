"""Energy that processors and memory took (Linux documentation, power/powercap).

Most kernels let only root read it; the agent then has no series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Sensor, Sensors

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading

_MICROJOULES = 1_000_000


class Rapl(Collector):
    """Joules of each zone since the machine started."""

    slow = False
    folder = "/sys/class/powercap"

    def __init__(self) -> None:
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where the processor does not count."""
        return self._sensors.read(io)

    def _search(self, io: Machine) -> list[Sensor]:
        found = []
        counts: dict[str, int] = {}
        for zone in io.names(self.folder):
            path = f"{self.folder}/{zone}"
            name = io.attribute(f"{path}/name")
            if name:
                stem, index = split(name, counts)
                labels = (("index", str(index)), ("path", path))
                energy = f"{path}/energy_uj"
                found.append(Sensor(energy, _family(stem), labels, divide=_MICROJOULES))
        return found


def split(name: str, counts: dict[str, int]) -> tuple[str, int]:
    """`package-1` → package and 1; a name without a number gets the next one of its kind."""
    stem, _, number = name.partition("-")
    if number.isdecimal():
        return stem, int(number)
    counts[name] = counts.get(name, -1) + 1
    return name, counts[name]


def _family(stem: str) -> Family:
    clean = "".join(c if c.isalnum() and c.isascii() else "_" for c in stem)
    return Family(f"node_rapl_{clean}_joules_total", "counter", f"Energy taken by {stem}.")
