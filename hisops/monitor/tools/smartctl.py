"""Drives, by smartctl (`--json`, smartctl(8)). Names are those of smartctl_exporter."""

from collections.abc import Iterable, Iterator

import msgspec

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Family, Sample
from hisops.monitor import smart
from hisops.monitor.tool import Tool, ask

# smartctl(8), EXIT STATUS: bit 0 a wrong command line, bit 1 the device did not open or sleeps.
_NOTHING_READ = 0b11
_READ = Family("hisops_smart_read_success", "gauge", "1 when the drive told its state.")
_ASLEEP = Family(
    "hisops_smart_asleep_state", "gauge", "1 while the drive sleeps: it is left alone."
)


class _Device(msgspec.Struct):
    name: str
    type: str = ""


class _Scan(msgspec.Struct):
    devices: tuple[_Device, ...] = ()


class Smartctl(Tool):
    """Health, temperature, age, wear and errors of every drive, also behind controllers."""

    programs = ("smartctl",)

    def collect(self, io: Io, program: str) -> list[Sample]:
        """State of every drive; one that hangs or does not open costs itself."""
        done = ask(io, program, "--scan-open", "--json")
        try:
            devices = msgspec.json.decode(done.out, type=_Scan).devices
        except msgspec.MsgspecError as error:
            raise OpsError(f"smartctl --scan-open: no JSON as it should be: {error}") from None
        return list(_drives(io, program, devices))


def name_of(device: str, kind: str) -> str:
    """The drive's label: `sda`, or `bus_0_megaraid_5` behind a controller."""
    name = device.removeprefix("/dev/").replace("/", "_")
    return f"{name}_{kind.replace(',', '_')}" if "," in kind else name


def _drives(io: Io, program: str, devices: Iterable[_Device]) -> Iterator[Sample]:
    for device in devices:
        label = (("device", name_of(device.name, device.type)),)
        kind = ("-d", device.type) if device.type else ()
        argv = (program, "--json", "--all", "--nocheck=standby", *kind, device.name)
        try:
            report = smart.decode(ask(io, *argv).out)
        except OpsError:
            yield Sample(_READ, 0, label)
            continue
        yield Sample(_ASLEEP, int(report.is_asleep), label)
        if not report.is_asleep:
            yield Sample(_READ, int(not report.smartctl.exit_status & _NOTHING_READ), label)
            yield from smart.samples(report, label)
