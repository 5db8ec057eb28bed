"""Kernel and machine, from uname(2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.machine import Uname as Names

_INFO = Family("node_uname_info", "gauge", "Kernel, host name and machine; always 1.")


class Uname(Collector):
    """One series with the kernel's release and the host's name."""

    slow = False
    domain_path = "/proc/sys/kernel/domainname"

    def read(self, io: Machine) -> Reading:
        """The kernel's names as labels."""
        return parse(io.uname(), io.read(self.domain_path))


def parse(names: Names, domain: str) -> Reading:
    """One series for these names."""
    labels = (
        ("domainname", domain.strip()),
        ("machine", names.machine),
        ("nodename", names.nodename),
        ("release", names.release),
        ("sysname", names.sysname),
        ("version", names.version),
    )
    return Reading(labels, (1,), lambda: [(_INFO, labels)])
