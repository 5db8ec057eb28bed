"""Bytes that wait in UDP sockets, from /proc/net/udp and udp6 (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import RareFile

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_QUEUES = Family("node_udp_queues", "gauge", "Bytes that wait in UDP sockets.")
_QUEUE_COLUMN = 4


class UdpQueues(Collector):
    """Bytes that wait to be sent and to be read, by IP version."""

    slow = False
    paths: tuple[str, str] = ("/proc/net/udp", "/proc/net/udp6")

    def __init__(self) -> None:
        self._files = [RareFile(path) for path in self.paths]

    def read(self, io: Machine) -> Reading:
        """Bytes of now; an IP version may be off."""
        found = {
            version: parse(text)
            for version, file in zip(("v4", "v6"), self._files, strict=True)
            if (text := file.read(io))
        }
        versions = list(found)
        return Reading(
            versions,
            [length for lengths in found.values() for length in lengths],
            lambda: [
                (_QUEUES, (("queue", queue), ("ip", version)))
                for version in versions
                for queue in ("tx", "rx")
            ],
        )


def parse(text: str) -> tuple[int, int]:
    """Sum of the bytes to be sent, and of those to be read."""
    sending = receiving = 0
    for line in text.split("\n")[1:]:
        words = line.split(None, _QUEUE_COLUMN + 1)
        if len(words) > _QUEUE_COLUMN:
            tx, _, rx = words[_QUEUE_COLUMN].partition(":")
            sending += int(tx, 16)
            receiving += int(rx, 16)
    return sending, receiving
