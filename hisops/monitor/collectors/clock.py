"""The clock: time, time zone and what the kernel counts by (Linux documentation, timekeeping)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_TIME = Family("node_time_seconds", "gauge", "The machine's own clock, Unix time.")
_ZONE = Family("node_time_zone_offset_seconds", "gauge", "Seconds that local time is ahead of UTC.")
_AVAILABLE = Family(
    "node_time_clocksource_available_info", "gauge", "Clock sources to choose from; always 1."
)
_CURRENT = Family("node_time_clocksource_current_info", "gauge", "The clock source in use.")


class Clock(Collector):
    """Time of day and its source."""

    slow = False
    folder = "/sys/devices/system/clocksource"

    def read(self, io: Machine) -> Reading:
        """The time, and the sources of every clock source device."""
        sources = []
        for device in io.names(self.folder):
            if device.startswith("clocksource"):
                path = f"{self.folder}/{device}"
                available = io.attribute(f"{path}/available_clocksource") or ""
                current = io.attribute(f"{path}/current_clocksource") or ""
                sources.append((device.removeprefix("clocksource"), available, current))
        return parse(io.time(), io.zone(), sources)


def parse(now: float, zone: tuple[str, int], sources: list[tuple[str, str, str]]) -> Reading:
    """Values of the time and its zone, and one for each source."""
    name, offset = zone
    count = sum(len(available.split()) + len(current.split()) for _, available, current in sources)
    return Reading((name, sources), [now, offset, *([1] * count)], lambda: _describe(name, sources))


def _describe(zone: str, sources: list[tuple[str, str, str]]) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = [(_TIME, ()), (_ZONE, (("time_zone", zone),))]
    for device, available, current in sources:
        for family, words in ((_AVAILABLE, available), (_CURRENT, current)):
            series += [
                (family, (("clocksource", word), ("device", device))) for word in words.split()
            ]
    return series
