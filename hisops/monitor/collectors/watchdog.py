"""Watchdog timers (Linux documentation, watchdog/sysfs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Seldom, Sensor, Sensors, infos, join

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels, Reading


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_watchdog_{name}", "gauge", text)


_NUMBERS = {
    "bootstatus": _gauge("bootstatus", "Why the machine started, a bit mask of the driver."),
    "timeleft": _gauge("timeleft_seconds", "Time until it resets the machine."),
    "timeout": _gauge("timeout_seconds", "Time that it gives."),
    "pretimeout": _gauge("pretimeout_seconds", "Time before the reset at which it warns."),
    "access_cs0": _gauge("access_cs0", "1 when the machine runs from its second boot source."),
}
_INFO = _gauge("info", "What it is and does in words; always 1.")
_WORDS = ("options", "identity", "state", "status", "pretimeout_governor")


class Watchdog(Collector):
    """Time-outs and state of each watchdog timer."""

    slow = True  # a driver may ask firmware
    folder = "/sys/class/watchdog"

    def __init__(self) -> None:
        self._sensors = Sensors(self._search)
        self._infos = Seldom(self._describe)

    def read(self, io: Machine) -> Reading:
        """Values of now; none where there is no watchdog."""
        return join(self._sensors.read(io), infos(self._infos.get(io)))

    def _search(self, io: Machine) -> list[Sensor]:
        return [
            Sensor(f"{self.folder}/{name}/{file}", family, (("name", name),))
            for name in io.names(self.folder)
            for file, family in _NUMBERS.items()
        ]

    def _describe(self, io: Machine) -> list[tuple[Family, Labels]]:
        return [
            (
                _INFO,
                (
                    ("name", name),
                    *(
                        (word, io.attribute(f"{self.folder}/{name}/{word}") or "")
                        for word in _WORDS
                    ),
                ),
            )
            for name in io.names(self.folder)
        ]
