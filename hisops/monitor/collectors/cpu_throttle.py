"""Times that processors slowed down because of heat (Linux, arch/x86/kernel/cpu/mce/therm_throt.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Sensor, Sensors

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading

_CORE = Family("node_cpu_core_throttles_total", "counter", "Times that a core slowed down.")
_PACKAGE = Family(
    "node_cpu_package_throttles_total", "counter", "Times that a processor chip slowed down."
)


class CpuThrottle(Collector):
    """Slowdowns of each core and chip; processors that share a core count the same ones."""

    slow = False
    folder = "/sys/devices/system/cpu"

    def __init__(self) -> None:
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where the processor does not count, as in virtual machines."""
        return self._sensors.read(io)

    def _search(self, io: Machine) -> list[Sensor]:
        found: dict[object, Sensor] = {}
        for name in io.names(self.folder):
            path = f"{self.folder}/{name}"
            if not name[3:].isdecimal() or not io.names(f"{path}/thermal_throttle"):
                continue
            core = ("core", io.attribute(f"{path}/topology/core_id") or "0")
            package = ("package", io.attribute(f"{path}/topology/physical_package_id") or "0")
            for family, file, labels in (
                (_CORE, "core_throttle_count", (core, package)),
                (_PACKAGE, "package_throttle_count", (package,)),
            ):
                sensor = Sensor(f"{path}/thermal_throttle/{file}", family, labels)
                found.setdefault((family, labels), sensor)
        return list(found.values())
