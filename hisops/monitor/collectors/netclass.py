"""State of the network interfaces, from /sys/class/net (Linux documentation, sysfs-class-net).

Most of it changes with the link only: it is read again when the link changes, and once a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import SEARCH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

    Attributes = Mapping[str, str]

_MEGABIT_BYTES = 1_000_000 // 8


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_network_{name}", "gauge", text)


def _counter(name: str, text: str) -> Family:
    return Family(f"node_network_{name}_total", "counter", text)


_NUMBERS = {
    "addr_assign_type": _gauge("address_assign_type", "Where its address came from."),
    "carrier": _gauge("carrier", "1 when it sees a signal on the link."),
    "carrier_changes": _counter("carrier_changes", "Times the signal came or went."),
    "carrier_down_count": _counter("carrier_down_changes", "Times the signal went."),
    "carrier_up_count": _counter("carrier_up_changes", "Times the signal came."),
    "dev_id": _gauge("device_id", "Which of the interfaces that share one address."),
    "dormant": _gauge("dormant", "1 when it waits for an event such as a login."),
    "flags": _gauge("flags", "Its flags, netdevice(7)."),
    "ifindex": _gauge("iface_id", "Its number."),
    "iflink": _gauge("iface_link", "Number of the interface that it stands on."),
    "link_mode": _gauge("iface_link_mode", "1 when it goes dormant at first."),
    "mtu": _gauge("mtu_bytes", "Largest packet."),
    "name_assign_type": _gauge("name_assign_type", "Where its name came from."),
    "netdev_group": _gauge("net_dev_group", "Its group."),
    "speed": _gauge("speed_bytes", "Its speed in bytes a second; negative when unknown."),
    "tx_queue_len": _gauge("transmit_queue_length", "Packets that may wait to be sent."),
    "type": _gauge("protocol_type", "Kind of interface, if_arp.h."),
}
_TEXTS = ("address", "broadcast", "duplex", "ifalias", "operstate")
# One of these changes whenever the link does, or when another interface takes the name.
_WATCHED = ("ifindex", "flags", "operstate", "carrier_changes")
_INFO = _gauge("info", "Address and state in words; always 1.")
_UP = _gauge("up", "1 when its state is up.")


class Netclass(Collector):
    """State, speed, addresses and carrier changes of every interface."""

    slow = False
    folder = "/sys/class/net"

    def __init__(self) -> None:
        self._watched: dict[str, list[str | None]] = {}
        self._last = Reading((), (), tuple)
        self._due = 0.0

    def read(self, io: Machine) -> Reading:
        """What each interface has; most attributes are unreadable while it is down."""
        watched = {
            device: [io.attribute(f"{self.folder}/{device}/{name}") for name in _WATCHED]
            for device in io.names(self.folder)
        }
        now = io.tick()
        if watched != self._watched or now >= self._due:
            self._last = parse({device: self._attributes(io, device) for device in watched})
            self._watched, self._due = watched, now + SEARCH_SECONDS
        return self._last

    def _attributes(self, io: Machine, device: str) -> Attributes:
        path = f"{self.folder}/{device}/"
        values = {name: io.attribute(path + name) for name in (*_NUMBERS, *_TEXTS)}
        return {name: text for name, text in values.items() if text is not None}


def parse(found: Mapping[str, Attributes]) -> Reading:
    """Values of each interface; a file in the folder that is no interface is left out."""
    key: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    values: list[int] = []
    for device, attributes in found.items():
        if "ifindex" not in attributes:  # bonding_masters is a file in this folder
            continue
        names = tuple(name for name in _NUMBERS if name in attributes)
        texts = tuple(attributes.get(name, "") for name in _TEXTS)
        key.append((device, names, texts))
        for name in names:
            number = int(attributes[name], 0)
            values.append(number * _MEGABIT_BYTES if name == "speed" else number)
        values += (1, int(attributes.get("operstate") == "up"))
    return Reading(key, values, lambda: _describe(key))


def _describe(
    key: list[tuple[str, tuple[str, ...], tuple[str, ...]]],
) -> list[tuple[Family, Labels]]:
    series: list[tuple[Family, Labels]] = []
    for device, names, texts in key:
        label = (("device", device),)
        series += [(_NUMBERS[name], label) for name in names]
        series.append((_INFO, (*label, *zip(_TEXTS, texts, strict=True))))
        series.append((_UP, label))
    return series
