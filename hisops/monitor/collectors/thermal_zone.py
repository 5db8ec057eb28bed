"""Temperatures and throttling (Linux documentation, driver-api/thermal/sysfs-api)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Sensor, Sensors

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading

_TEMP = Family("node_thermal_zone_temp", "gauge", "Temperature in degrees Celsius.")
_STATES = {
    "cur_state": Family("node_cooling_device_cur_state", "gauge", "How much it cools now."),
    "max_state": Family("node_cooling_device_max_state", "gauge", "How much it can cool."),
}


class ThermalZone(Collector):
    """Temperature of each zone, and how much each cooling device does."""

    slow = True  # firmware and drives are asked: it runs on a thread of its own
    folder = "/sys/class/thermal"

    def __init__(self) -> None:
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Values of now; none where the kernel knows no zone."""
        return self._sensors.read(io)

    def _search(self, io: Machine) -> list[Sensor]:
        found = []
        for name in io.names(self.folder):
            path = f"{self.folder}/{name}"
            kind = ("type", io.attribute(f"{path}/type") or "")
            if name.startswith("thermal_zone"):
                zone = ("zone", name.removeprefix("thermal_zone"))
                found.append(Sensor(f"{path}/temp", _TEMP, (zone, kind), divide=1000))
            elif name.startswith("cooling_device"):
                device = ("name", name.removeprefix("cooling_device"))
                found += [
                    Sensor(f"{path}/{file}", family, (device, kind))
                    for file, family in _STATES.items()
                ]
        return found
