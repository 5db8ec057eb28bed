"""Time lost to waiting, from /proc/pressure (Linux documentation, accounting/psi)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_MICROSECONDS = 1e6
_FAMILIES = {
    (resource, share): Family(
        f"node_pressure_{resource}_{word}_seconds_total",
        "counter",
        f"Time in which {who} waited for {resource}.",
    )
    for resource, share, word, who in (
        ("cpu", "some", "waiting", "some process"),
        ("io", "some", "waiting", "some process"),
        ("io", "full", "stalled", "every process"),
        ("memory", "some", "waiting", "some process"),
        ("memory", "full", "stalled", "every process"),
    )
}


class Pressure(Collector):
    """Time that processes lost waiting for a processor, for a disk or for memory."""

    slow = False
    folder = "/proc/pressure"

    def read(self, io: Machine) -> Reading:
        """Totals since the start; none where the kernel does not measure them."""
        texts = {}
        for resource in ("cpu", "io", "memory"):
            try:
                texts[resource] = io.read(f"{self.folder}/{resource}")
            except OpsError as error:
                # psi=0 on the kernel's command line: the files are missing or refuse to be read
                if error.code not in (Exit.MISSING, Exit.FAILED):
                    raise
        return parse(texts)


def parse(texts: dict[str, str]) -> Reading:
    """Totals in seconds of the resources whose file was read."""
    found: dict[tuple[str, str], float] = {}
    for resource, text in texts.items():
        for line in text.split("\n"):
            share, _, rest = line.partition(" ")
            if (resource, share) in _FAMILIES:
                found[resource, share] = int(rest.rpartition("total=")[2]) / _MICROSECONDS
    keys = list(found)
    return Reading(keys, list(found.values()), lambda: [(_FAMILIES[key], ()) for key in keys])
