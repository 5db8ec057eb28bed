"""Interrupts by kind, device and processor, from /proc/interrupts (proc(5)).

Off unless site.yml asks for it: a big machine has thousands of these series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_TOTAL = Family("node_interrupts_total", "counter", "Interrupts served.")


class Interrupts(Collector):
    """Interrupts that each processor served, by kind and device."""

    slow = False
    by_default = False
    path = "/proc/interrupts"

    def read(self, io: Machine) -> Reading:
        """Counters of now."""
        return parse(io.read(self.path))


def parse(text: str) -> Reading:
    """One value for each processor of each line; lines with one sum for all are left out."""
    header, *lines = text.splitlines()
    count = len(header.split())
    key: list[tuple[str, str]] = []
    values: list[str] = []
    for line in lines:
        words = line.split(None, count + 1)
        if len(words) > count:
            values += words[1 : count + 1]
            key.append((words[0].rstrip(":"), words[count + 1] if len(words) > count + 1 else ""))
    return Reading(
        (count, key),
        values,
        lambda: [
            (_TOTAL, (("cpu", str(cpu)), *_labels(*names))) for names in key for cpu in range(count)
        ],
    )


def _labels(name: str, text: str) -> Labels:
    """A numbered interrupt names its controller and then its devices, another one what it is."""
    words = text.split()
    info, devices = (words[:1], words[1:]) if name.isdecimal() else (words, [])
    return (("devices", " ".join(devices)), ("info", " ".join(info)), ("type", name))
