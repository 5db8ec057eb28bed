"""NVMe drives by name, model and state, from /sys/class/nvme (drivers/nvme/host of Linux)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, infos

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading

_INFO = Family("node_nvme_info", "gauge", "Model, firmware and state of a drive; always 1.")
_FILES = {
    "firmware_revision": "firmware_rev",
    "model": "model",
    "serial": "serial",
    "state": "state",
}


class Nvme(Collector):
    """One series for each drive; its state is `live` when it works."""

    slow = False
    folder = "/sys/class/nvme"

    def __init__(self) -> None:
        self._drives = Seldom(lambda io: io.names(self.folder))

    def read(self, io: Machine) -> Reading:
        """Drives and their state of now; none on a machine without such drives."""
        return infos(
            [
                (
                    _INFO,
                    (
                        ("device", drive),
                        *(
                            (label, (io.attribute(f"{self.folder}/{drive}/{file}") or "").strip())
                            for label, file in _FILES.items()
                        ),
                    ),
                )
                for drive in self._drives.get(io)
            ]
        )
