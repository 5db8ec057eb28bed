"""SELinux, from its file system and /etc/selinux/config (selinux(8))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

_ENABLED = Family("node_selinux_enabled", "gauge", "1 when SELinux is on.")
_CONFIGURED = Family(
    "node_selinux_config_mode", "gauge", "Mode after the next boot: 1 enforcing, 0 permissive."
)
_CURRENT = Family("node_selinux_current_mode", "gauge", "Mode of now: 1 enforcing, 0 permissive.")
_MODES = {"enforcing": 1, "permissive": 0}
_DISABLED = -1


class Selinux(Collector):
    """Whether SELinux is on, and in which mode."""

    slow = False
    path = "/sys/fs/selinux/enforce"
    config_path = "/etc/selinux/config"

    def read(self, io: Machine) -> Reading:
        """State of now."""
        enforce = io.attribute(self.path)
        if enforce is None or not enforce.isdecimal():
            return Reading(False, [0], lambda: [(_ENABLED, ())])
        try:
            configured = parse(io.read(self.config_path))
        except OpsError:
            configured = _DISABLED
        families = (_ENABLED, _CONFIGURED, _CURRENT)
        values = [1, configured, int(enforce)]
        return Reading(True, values, lambda: [(family, ()) for family in families])


def parse(text: str) -> int:
    """The mode that the last line `SELINUX=` sets; -1 for disabled."""
    words = [line.strip()[8:] for line in text.splitlines() if line.strip().startswith("SELINUX=")]
    return _MODES.get(words[-1].strip(), _DISABLED) if words else _DISABLED
