"""Links that are bundled into one (Linux documentation, networking/bonding)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_FAMILIES = (
    Family("node_bonding_slaves", "gauge", "Links that belong to the bundle."),
    Family("node_bonding_active", "gauge", "Links of the bundle that are up."),
)


class Bonding(Collector):
    """How many links each bundle has, and how many of them are up."""

    slow = False
    folder = "/sys/class/net"

    def __init__(self) -> None:
        self._masters = RareFile(f"{self.folder}/bonding_masters")

    def read(self, io: Machine) -> Reading:
        """Links of now; none where the bonding driver is not loaded."""
        masters = self._masters.read(io).split()
        if not masters:
            return NOTHING
        values: list[int] = []
        for master in masters:
            links = (io.attribute(f"{self.folder}/{master}/bonding/slaves") or "").split()
            states = [self._state(io, master, link) for link in links]
            values += (len(links), states.count("up"))
        return Reading(
            masters,
            values,
            lambda: [(family, (("master", name),)) for name in masters for family in _FAMILIES],
        )

    def _state(self, io: Machine, master: str, link: str) -> str:
        for prefix in ("lower", "slave"):  # the second before Linux 3.17
            path = f"{self.folder}/{master}/{prefix}_{link}/bonding_slave/mii_status"
            state = io.attribute(path)
            if state is not None:
                return state
        return ""
