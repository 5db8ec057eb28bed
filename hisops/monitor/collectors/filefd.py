"""Open files of the whole machine, from /proc/sys/fs/file-nr (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_SERIES = (
    (Family("node_filefd_allocated", "gauge", "File handles in use."), ()),
    (Family("node_filefd_maximum", "gauge", "File handles that the kernel allows."), ()),
)


class Filefd(Collector):
    """File handles in use and allowed."""

    slow = False
    path = "/proc/sys/fs/file-nr"

    def read(self, io: Machine) -> Reading:
        """Both numbers."""
        return parse(io.read(self.path))


def parse(text: str) -> Reading:
    """The first and the third number; the second is always 0 since Linux 2.6."""
    allocated, _, maximum = text.split()
    return Reading(None, (allocated, maximum), lambda: _SERIES)
