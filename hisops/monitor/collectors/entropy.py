"""Randomness that the kernel has at hand, from /proc/sys/kernel/random (random(4))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.collector import Collector
from hisops.monitor.rare import Sensor, Sensors

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Reading

_SENSORS = (
    Sensor(
        "/proc/sys/kernel/random/entropy_avail",
        Family("node_entropy_available_bits", "gauge", "Entropy at hand."),
        (),
    ),
    Sensor(
        "/proc/sys/kernel/random/poolsize",
        Family("node_entropy_pool_size_bits", "gauge", "Entropy that fits."),
        (),
    ),
)


class Entropy(Collector):
    """Entropy at hand and its limit."""

    slow = False

    def __init__(self) -> None:
        self._sensors = Sensors(lambda _io: _SENSORS)

    def read(self, io: Machine) -> Reading:
        """Both numbers."""
        return self._sensors.read(io)
