"""Clock rates of the processors (Linux documentation, admin-guide/pm/cpufreq)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Sensor, Sensors

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading


def _family(name: str, text: str) -> Family:
    return Family(f"node_cpu_{name}_hertz", "gauge", text)


_RATES = {
    "cpuinfo_cur_freq": _family("frequency", "Clock rate."),
    "cpuinfo_max_freq": _family("frequency_max", "Highest clock rate of the processor."),
    "cpuinfo_min_freq": _family("frequency_min", "Lowest clock rate of the processor."),
    "scaling_cur_freq": _family("scaling_frequency", "Clock rate that was asked for."),
    "scaling_max_freq": _family("scaling_frequency_max", "Highest clock rate allowed."),
    "scaling_min_freq": _family("scaling_frequency_min", "Lowest clock rate allowed."),
}
_KILOHERTZ = 1000


class Cpufreq(Collector):
    """Present, lowest and highest clock rate of each processor."""

    slow = False
    folder = "/sys/devices/system/cpu"

    def __init__(self) -> None:
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Values of now; none where the host sets the clock rates, as for virtual machines."""
        return self._sensors.read(io)

    def _search(self, io: Machine) -> list[Sensor]:
        processors = [name for name in io.names(self.folder) if name[3:].isdecimal()]
        return [
            Sensor(f"{folder}/{file}", family, (("cpu", name[3:]),), multiply=_KILOHERTZ)
            for name in processors
            if (files := set(io.names(folder := f"{self.folder}/{name}/cpufreq")))
            for file, family in _RATES.items()
            if file in files
        ]
