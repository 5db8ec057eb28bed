"""Memory errors that the memory controllers counted (Linux documentation, admin-guide/ras)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Sensor, Sensors

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading


def _family(name: str, text: str) -> Family:
    return Family(f"node_edac_{name}_errors_total", "counter", text)


_CONTROLLER = {
    "ce_count": _family("correctable", "Errors corrected, by memory controller."),
    "ue_count": _family("uncorrectable", "Errors not corrected, by memory controller."),
}
_ROW = {
    "ce_count": _family("csrow_correctable", "Errors corrected, by chip select row."),
    "ue_count": _family("csrow_uncorrectable", "Errors not corrected, by chip select row."),
}


class Edac(Collector):
    """Corrected and uncorrected errors of each memory controller and row."""

    slow = False
    folder = "/sys/devices/system/edac/mc"

    def __init__(self) -> None:
        self._sensors = Sensors(self._search)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where the kernel knows no memory controller."""
        return self._sensors.read(io)

    def _search(self, io: Machine) -> list[Sensor]:
        found = []
        for controller in io.names(self.folder):
            number = controller.removeprefix("mc")
            if not number.isdecimal():
                continue
            path, labels = f"{self.folder}/{controller}", (("controller", number),)
            for name in ("ce_count", "ue_count"):
                found.append(Sensor(f"{path}/{name}", _CONTROLLER[name], labels))
                # Errors that the controller could not assign to a row.
                nowhere = f"{path}/{name.replace('_', '_noinfo_')}"
                found.append(Sensor(nowhere, _ROW[name], (*labels, ("csrow", "unknown"))))
            found += _rows(io, path, labels[0])
        return found


def _rows(io: Machine, path: str, label: tuple[str, str]) -> list[Sensor]:
    return [
        Sensor(f"{path}/{row}/{name}", family, (label, ("csrow", row.removeprefix("csrow"))))
        for row in io.names(path)
        if row.startswith("csrow")
        for name, family in _ROW.items()
    ]
