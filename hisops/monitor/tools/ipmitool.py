"""Sensors of this machine's own management controller, by ipmitool (`sdr elist full`, `sel info`).

Names are those of ipmi_exporter.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Family, Sample
from hisops.monitor.tool import Tool, ask

_DEVICES = ("/dev/ipmi0", "/dev/ipmi/0", "/dev/ipmidev/0")


class _Kind(NamedTuple):
    value: Family
    state: Family


def _kind(name: str, unit: str, what: str) -> _Kind:
    return _Kind(
        Family(f"ipmi_{name}_{unit}", "gauge", f"{what}."),
        Family(
            f"ipmi_{name}_state",
            "gauge",
            f"{what}: 0 as it should be, 1 beyond a limit, 2 far beyond.",
        ),
    )


_KINDS = {
    "degrees C": _kind("temperature", "celsius", "Temperature"),
    "RPM": _kind("fan_speed", "rpm", "Speed of a fan"),
    "Volts": _kind("voltage", "volts", "Voltage"),
    "Amps": _kind("current", "amperes", "Current"),
    "Watts": _kind("power", "watts", "Power"),
}
_PRESENT_STATE = Family(
    "ipmi_sensor_state", "gauge", "A sensor without a number: 0 as it should be, 1 or 2 when not."
)
_LOG = Family("ipmi_sel_logs_count", "gauge", "Entries in the event log.")
_FREE = Family("ipmi_sel_free_space_bytes", "gauge", "Room in the event log.")
# ipmitool(1), sdr: ok, non-critical, critical, non-recoverable; ns means no reading.
_STATES = {"ok": 0, "nc": 1, "cr": 2, "nr": 2, "lnc": 1, "unc": 1, "lcr": 2, "ucr": 2}
_READING = re.compile(r"(-?[\d.]+) (.+)")
_ENTRIES = re.compile(r"^Entries\s+: (\d+)", re.MULTILINE)
_SPACE = re.compile(r"^Free Space\s+: (\d+) bytes", re.MULTILINE)


class Ipmitool(Tool):
    """Temperatures, fans, voltages, power and the fill of the event log."""

    programs = ("ipmitool",)

    def find(self, io: Io) -> str:
        """The program, where the kernel knows a management controller."""
        return super().find(io) if any(io.exists(device) for device in _DEVICES) else ""

    def collect(self, io: Io, program: str) -> list[Sample]:
        """Sensors of now; one without a reading is left out."""
        done = ask(io, program, "sdr", "elist", "full")
        samples = list(parse(done.text))
        if not samples:
            raise OpsError(f"ipmitool: {done.last_error or 'no sensor in the answer'}")
        return samples + list(log(ask(io, program, "sel", "info").text))


def parse(text: str) -> Iterator[Sample]:
    """Samples of lines `name | id | state | entity | reading`."""
    for line in text.splitlines():
        words = [word.strip() for word in line.split("|")]
        if len(words) != 5 or words[2] not in _STATES:  # noqa: PLR2004 - columns
            continue
        name, number, state, entity, told = words
        labels = (("id", number.rstrip("h")), ("name", name), ("entity", entity))
        reading = _READING.fullmatch(told)
        kind = _KINDS.get(reading[2]) if reading else None
        if reading and kind:
            yield Sample(kind.value, float(reading[1]), labels)
            yield Sample(kind.state, _STATES[state], labels)
        else:
            yield Sample(_PRESENT_STATE, _STATES[state], labels)


def log(text: str) -> Iterator[Sample]:
    """Fill of the event log, as far as the text tells."""
    for family, pattern in ((_LOG, _ENTRIES), (_FREE, _SPACE)):
        match = pattern.search(text)
        if match:
            yield Sample(family, int(match[1]))
