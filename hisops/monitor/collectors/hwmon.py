"""Temperatures, fans, voltages and power (Linux documentation, hwmon/sysfs-interface)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, Sensor, Sensors, infos, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels, Reading

_CHIP = Family("node_hwmon_chip_names", "gauge", "What the chip calls itself; always 1.")
_LABEL = Family("node_hwmon_sensor_label", "gauge", "What the sensor measures; always 1.")
# temp1_input and so on
_NUMBERED = ("cpu", "curr", "energy", "fan", "humidity", "in", "intrusion", "power", "pwm", "temp")
_MILLI, _MICRO = 1000, 1_000_000
# Files of the chip as a whole: name of the series and divisor.
_SINGLE = {
    "beep_enable": ("beep_enabled", 1),
    "update_interval": ("update_interval_seconds", _MILLI),
    "vrm": ("voltage_regulator_version", 1),
}
# What every element of a kind is measured in, if nothing else is said: suffix and divisor.
_UNITS = {
    "cpu": ("_volts", _MILLI),
    "curr": ("_amps", _MILLI),
    "energy": ("_joule_total", _MICRO),
    "humidity": ("", _MICRO),
    "in": ("_volts", _MILLI),
    "power": ("_watt", _MICRO),
    "temp": ("_celsius", _MILLI),
}
_EXCEPTIONS = {
    ("power", "accuracy"): ("", _MICRO),
    ("power", "average_interval"): ("_seconds", _MILLI),
    ("power", "average_interval_max"): ("_seconds", _MILLI),
    ("power", "average_interval_min"): ("_seconds", _MILLI),
    ("temp", "type"): ("", 1),
} | {("fan", element): ("_rpm", 1) for element in ("input", "max", "min", "target")}


class Part(NamedTuple):
    """A file's name taken apart: `temp1_crit` is temp, temp1 and crit."""

    kind: str
    sensor: str
    element: str


class Hwmon(Collector):
    """Every number that the sensor chips give, with the names of chips and sensors."""

    slow = True  # chips and drives are asked over slow buses: it runs on a thread of its own
    folder = "/sys/class/hwmon"

    def __init__(self) -> None:
        self._sensors = Sensors(
            lambda io: [s for chip in self._chips(io) for s in _sensors(io, chip)]
        )
        self._infos = Seldom(
            lambda io: infos([s for chip in self._chips(io) for s in _names(io, chip)])
        )

    def read(self, io: Machine) -> Reading:
        """Values of now; none on a machine without sensors, such as a virtual one."""
        return join(self._sensors.read(io), self._infos.get(io))

    def _chips(self, io: Machine) -> list[str]:
        return [f"{self.folder}/{name}" for name in io.names(self.folder)]


def split(file: str) -> Part | None:
    """The parts of a file's name; None when it is no sensor's."""
    if file in _SINGLE:
        return Part(file, f"{file}0", "")
    kind = file.partition("_")[0].rstrip("0123456789")
    number, _, element = file.removeprefix(kind).partition("_")
    if kind not in _NUMBERED or not number.isdecimal():
        return None
    return Part(kind, f"{kind}{int(number)}", element)


def clean(text: str) -> str:
    """Small letters, digits, colons and underscores only, as node_exporter writes chips."""
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789:_"
    return "".join(c if c in allowed else "_" for c in text.lower()).strip("_")


def unit(part: Part, *, has_plain: bool) -> tuple[Family, int]:
    """The family of a file and the divisor to its unit."""
    if part.kind in _SINGLE:
        name, divisor = _SINGLE[part.kind]
        return Family(f"node_hwmon_{name}", "gauge", f"{part.kind} of the chip."), divisor
    element = part.element
    name = f"node_hwmon_{part.kind}"
    if element and (element != "input" or has_plain):
        name += f"_{clean(element)}"
    suffix, divisor = _EXCEPTIONS.get((part.kind, element)) or _UNITS.get(part.kind, ("", 1))
    if element in ("alarm", "fault", "beep"):
        suffix, divisor = ("_enabled" if element == "beep" else ""), 1
    kind = "counter" if suffix == "_joule_total" else "gauge"
    return Family(name + suffix, kind, f"{element or 'value'} of a {part.kind} sensor."), divisor


def _files(io: Machine, chip: str) -> dict[Part, str]:
    """Path of each sensor's file; old drivers put them into the device's folder."""
    found = {}
    for folder in (chip, f"{chip}/device"):
        for file in io.names(folder):
            part = split(file)
            if part:
                found[part] = f"{folder}/{file}"
    return found


def _sensors(io: Machine, chip: str) -> list[Sensor]:
    files = _files(io, chip)
    found = []
    for part, path in files.items():
        if part.element != "label":
            has_plain = part._replace(element="") in files
            family, divisor = unit(part, has_plain=has_plain)
            labels = (("chip", _name(io, chip)), ("sensor", part.sensor))
            found.append(Sensor(path, family, labels, divide=divisor))
    return found


def _names(io: Machine, chip: str) -> list[tuple[Family, Labels]]:
    label = ("chip", _name(io, chip))
    found: list[tuple[Family, Labels]] = []
    name = clean(io.attribute(f"{chip}/name") or "")
    if name:
        found.append((_CHIP, (label, ("chip_name", name))))
    for part, path in _files(io, chip).items():
        text = io.attribute(path) if part.element == "label" else ""
        if text:
            found.append((_LABEL, (label, ("label", text), ("sensor", part.sensor))))
    return found


def _name(io: Machine, chip: str) -> str:
    """Bus and device, which stay the same over restarts; else the chip's name or number."""
    place = io.place(f"{chip}/device")
    bus, device = (clean(word) for word in place.split("/")[-2:])
    if device != "device":
        return f"{bus}_{device}"
    return clean(io.attribute(f"{chip}/name") or "") or clean(place.split("/")[-2])
