"""Traffic of the network interfaces, from /proc/net/dev (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels


def _family(way: str, what: str, text: str) -> Family:
    return Family(f"node_network_{way}_{what}_total", "counter", text)


# In the order of the columns.
_COLUMNS = (
    _family("receive", "bytes", "Bytes received."),
    _family("receive", "packets", "Packets received."),
    _family("receive", "errs", "Packets received with an error."),
    _family("receive", "drop", "Packets received and dropped."),
    _family("receive", "fifo", "Packets lost because a buffer was full."),
    _family("receive", "frame", "Packets with a framing error."),
    _family("receive", "compressed", "Compressed packets received."),
    _family("receive", "multicast", "Multicast packets received."),
    _family("transmit", "bytes", "Bytes sent."),
    _family("transmit", "packets", "Packets sent."),
    _family("transmit", "errs", "Packets not sent because of an error."),
    _family("transmit", "drop", "Packets dropped instead of sent."),
    _family("transmit", "fifo", "Packets not sent because a buffer was full."),
    _family("transmit", "colls", "Collisions."),
    _family("transmit", "carrier", "Packets not sent for want of a carrier."),
    _family("transmit", "compressed", "Compressed packets sent."),
)
_NO_HANDLER = _family("receive", "nohandler", "Packets received that nobody wanted.")


class Netdev(Collector):
    """Bytes, packets, errors and drops of every interface but the loopback."""

    slow = False
    path = "/proc/net/dev"
    sys_folder = "/sys/class/net"
    excluded: tuple[str, ...] = ("lo",)

    def read(self, io: Machine) -> Reading:
        """Counters of now."""
        rows = parse(io.read(self.path), self.excluded)
        extra = {
            device: count
            for device in rows
            if (count := io.attribute(f"{self.sys_folder}/{device}/statistics/rx_nohandler"))
        }
        return join(rows, extra)


def parse(text: str, excluded: tuple[str, ...]) -> dict[str, list[str]]:
    """Columns of each interface; a line that is cut short is left out."""
    rows = {}
    for line in text.split("\n"):
        # A name may hold a colon (an alias), a number never does.
        name, colon, numbers = line.strip().rpartition(":")
        columns = numbers.split()
        if colon and len(columns) == len(_COLUMNS) and name not in excluded:
            rows[name] = columns
    return rows


def join(rows: Mapping[str, list[str]], extra: Mapping[str, str]) -> Reading:
    """Values of each interface, then the packets without a handler."""
    values = [value for columns in rows.values() for value in columns]
    devices, handled = list(rows), list(extra)
    return Reading(
        (devices, handled), values + list(extra.values()), lambda: _describe(devices, handled)
    )


def _describe(devices: list[str], handled: list[str]) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = [
        (family, (("device", device),)) for device in devices for family in _COLUMNS
    ]
    return series + [(_NO_HANDLER, (("device", device),)) for device in handled]
