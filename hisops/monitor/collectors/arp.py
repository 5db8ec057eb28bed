"""Neighbours known by address, from /proc/net/arp (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_ENTRIES = Family("node_arp_entries", "gauge", "Neighbours known, by interface.")


class Arp(Collector):
    """How many neighbours each interface knows."""

    slow = False
    path = "/proc/net/arp"

    def read(self, io: Machine) -> Reading:
        """Entries of now."""
        return parse(io.read(self.path))


def parse(text: str) -> Reading:
    """Entries by interface, which is the last column."""
    counts: dict[str, int] = {}
    for line in text.splitlines()[1:]:
        device = line.split()[-1]
        counts[device] = counts.get(device, 0) + 1
    devices = list(counts)
    return Reading(
        devices,
        list(counts.values()),
        lambda: [(_ENTRIES, (("device", device),)) for device in devices],
    )
