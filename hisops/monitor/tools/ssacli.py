"""RAID controllers of HPE, by ssacli (`ctrl all show status`, `ctrl all show config`)."""

import re
from collections.abc import Iterator

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Sample
from hisops.monitor import raid
from hisops.monitor.raid import Part
from hisops.monitor.tool import Tool, ask

_HEAD = re.compile(r"(\S.*?) in Slot (\S+)")
_VOLUME = re.compile(r"\s+logicaldrive (\d+) \(([^()]*)\)")
_DRIVE = re.compile(r"\s+physicaldrive (\S+) \(([^()]*)\)")
_STATUS = re.compile(r"\s+(Controller|Cache|Battery/Capacitor) Status: (.+)")
_GOOD = ("OK", "Not Configured")
_LEVEL = re.compile(r"RAID [^,]+")


class Ssacli(Tool):
    """Controllers with cache and battery, volumes and drives."""

    programs = ("ssacli", "hpssacli")

    def collect(self, io: Io, program: str) -> list[Sample]:
        """State of all controllers, volumes and drives."""
        parts: list[Part] = []
        for what in ("status", "config"):
            done = ask(io, program, "ctrl", "all", "show", what)
            if done.code != 0:
                told = done.last_error or done.text.strip()[:200]
                raise OpsError(f"ssacli ended with {done.code}: {told}")
            parts += parse(done.text)
        if not parts:
            raise OpsError("ssacli: no controller in the answer")
        return raid.report("ssacli", parts)


def parse(text: str) -> Iterator[Part]:
    """Every part that a line names; the controller's heading stands before its lines."""
    slot = model = ""
    for line in text.splitlines():
        number = ("controller", slot)
        if head := _HEAD.match(line):
            model, slot = head[1], head[2]
        elif status := _STATUS.match(line):
            kind = "battery" if status[1].startswith("Battery") else "controller"
            part = model if status[1] == "Controller" else status[1].lower()
            yield _part(kind, status[2], number, ("model", part))
        elif volume := _VOLUME.match(line):
            level = _LEVEL.search(volume[2])
            words = ("volume", volume[1]), ("level", level[0] if level else "")
            yield _part("volume", _state(volume[2], 2), number, *words)
        elif drive := _DRIVE.match(line):
            words = ("drive", drive[1]), ("model", "")
            yield _part("drive", _state(drive[2], 3), number, *words)


def _part(kind: str, state: str, *labels: tuple[str, str]) -> Part:
    return Part(kind, labels, state.strip(), state.strip() in _GOOD)


def _state(inside: str, before: int) -> str:
    """What follows size and kind: `300 GB, OK`, `Recovering, 45% complete`; `spare` is no state."""
    words = [word.strip() for word in inside.split(",")]
    return next((word for word in words[before:] if word not in ("spare", "active spare")), "")
