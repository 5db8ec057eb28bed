"""Batteries and power supplies that the kernel knows (Linux documentation, sysfs-class-power)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, Sensor, Sensors, infos, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels, Reading

# Files whose series is called otherwise.
_RENAMED = {
    "charge_now": "charge_ampere",
    "current_now": "current_ampere",
    "cycle_count": "cyclecount",
    "energy_now": "energy_watthour",
    "power_now": "power_watt",
    "time_to_empty_now": "time_to_empty_seconds",
    "time_to_full_now": "time_to_full_seconds",
    "voltage_now": "voltage_volt",
}
_PLAIN = (
    "authentic calibrate capacity capacity_alert_max capacity_alert_min cycle_count online present "
    "time_to_empty_now time_to_full_now"
)
_MICRO = (
    "charge_control_limit charge_control_limit_max charge_counter charge_empty charge_empty_design "
    "charge_full charge_full_design charge_now charge_term_current constant_charge_current "
    "constant_charge_current_max constant_charge_voltage constant_charge_voltage_max current_boot "
    "current_max current_now energy_empty energy_empty_design energy_full energy_full_design "
    "energy_now input_current_limit power_now precharge_current voltage_boot voltage_max "
    "voltage_max_design voltage_min voltage_min_design voltage_now voltage_ocv"
)
_TENTHS = (
    "temp temp_alert_max temp_alert_min temp_ambient temp_ambient_max temp_ambient_min temp_max "
    "temp_min"
)
_DIVISORS = (
    dict.fromkeys(_PLAIN.split(), 1)
    | dict.fromkeys(_MICRO.split(), 1_000_000)
    | dict.fromkeys(_TENTHS.split(), 10)
)
_TEXTS = (
    "capacity_level",
    "charge_type",
    "health",
    "manufacturer",
    "model_name",
    "scope",
    "serial_number",
    "status",
    "technology",
    "type",
    "usb_type",
)
_INFO = Family("node_power_supply_info", "gauge", "Kind and state of a power supply; always 1.")


class PowerSupply(Collector):
    """Charge, voltage, current, temperature and state of each power supply."""

    slow = True  # firmware is asked: it runs on a thread of its own
    folder = "/sys/class/power_supply"

    def __init__(self) -> None:
        self._names = Seldom(lambda io: io.names(self.folder))
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Values of now; none on most servers, whose supplies only the BMC knows."""
        names = self._names.get(io)
        states = [(_INFO, self._texts(io, name)) for name in names]
        return join(self._sensors.read(io), infos(states))

    def _texts(self, io: Machine, name: str) -> Labels:
        texts = ((text, io.attribute(f"{self.folder}/{name}/{text}")) for text in _TEXTS)
        return (("power_supply", name), *((label, text) for label, text in texts if text))

    def _search(self, io: Machine) -> list[Sensor]:
        return [
            Sensor(
                f"{self.folder}/{name}/{file}", _family(file), (("power_supply", name),), 1, divisor
            )
            for name in io.names(self.folder)
            for file in io.names(f"{self.folder}/{name}")
            if (divisor := _DIVISORS.get(file))
        ]


def _family(file: str) -> Family:
    name = f"{file}_celsius" if file in _TENTHS.split() else _RENAMED.get(file, file)
    return Family(f"node_power_supply_{name}", "gauge", f"{file} of the power supply.")
