"""Sockets in use, from /proc/net/sockstat and sockstat6 (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine


class Sockstat(Collector):
    """Sockets by protocol, and the memory that they hold."""

    slow = False
    paths: tuple[str, ...] = ("/proc/net/sockstat", "/proc/net/sockstat6")
    page_bytes = 4096

    def read(self, io: Machine) -> Reading:
        """Both IP versions, of which the second may be off."""
        text = io.read(self.paths[0])
        try:
            text += io.read(self.paths[1])
        except OpsError as error:
            if error.code != Exit.MISSING:
                raise
        return parse(text, self.page_bytes)


def parse(text: str, page_bytes: int) -> Reading:
    """Each number under its protocol; memory also in bytes."""
    names: list[str] = []
    values: list[int | str] = []
    for line in text.split("\n"):
        protocol, _, rest = line.partition(":")
        words = rest.split()
        for field, number in zip(words[::2], words[1::2], strict=False):
            names.append(f"{protocol}_{field}")
            values.append(number)
            if field == "mem":
                names.append(f"{protocol}_mem_bytes")
                values.append(int(number) * page_bytes)
    return Reading(names, values, lambda: [(_family(name), ()) for name in names])


def _family(name: str) -> Family:
    return Family(f"node_sockstat_{name}", "gauge", f"{name.replace('_', ' ')} of sockstat.")
