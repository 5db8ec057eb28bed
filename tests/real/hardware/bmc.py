"""A BMC of OpenIPMI's ipmi_sim: four sensors, an event log, one account."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.hardware import child

_TEMPERATURE, _VOLTAGE, _FAN, _OTHER = 1, 2, 4, 0x0B
_CELSIUS, _VOLTS, _WATTS, _RPM = 1, 4, 6, 0x12
_LAN = """\
name "{name}"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  user 2 true "hisops" "right" admin 10 none md2 md5 straight
"""


@dataclass
class Sensor:
    """A sensor: raw value x factor x 10^exponent, and its upper limits (non-recoverable first)."""

    number: int
    kind: int
    unit: int
    name: str
    raw: int
    factor: int = 1
    exponent: int = 0
    upper: tuple[int, int, int] = (0xFF, 0xFE, 0xFD)

    def commands(self) -> list[str]:
        """Lines for ipmi_sim; every number needs 0x, one bad line drops the rest of the file."""
        name = self.name.encode()
        # Full sensor record: IPMI 2.0 specification, table 43-1, from byte 6 on.
        head = [0x20, 0, self.number, 7, 1, 0x7F, 0x68, self.kind, 1, 0x80, 0x0A, 0x80, 0x0A]
        scale = [0x3F, 0x3F, 0, self.unit, 0, 0, self.factor, 0, 0, 0, 0, (self.exponent & 15) << 4]
        limits = [0, 0, 0xFF, 0, 0xFF, 0, *self.upper, 0, 0, 0, 0, 0, 0, 0, 0]
        tail = bytes([*head, *scale, *limits, 0xC0 | len(name)])
        record = bytes([0, 0, 0x51, 1, len(tail + name)]) + tail + name
        values = " ".join(f"0x{limit:02x}" for limit in (*self.upper, 0, 0, 0))
        place = f"0x20 0 0x{self.number:02x}"
        return [
            "main_sdr_add 0x20 " + " ".join(f"0x{byte:02x}" for byte in record),
            f"sensor_add {place} 0x{self.kind:02x} 0x01",
            f"sensor_set_threshold {place} settable 111111 {values}",
            f"sensor_set_value {place} {self.raw} 0",
        ]


def sensors(celsius: int = 25) -> list[Sensor]:
    """Inlet at so many degrees (warning from 60, critical from 70), a fan, 12 V, 210 W."""
    return [
        Sensor(0x30, _TEMPERATURE, _CELSIUS, "Inlet Temp", celsius, upper=(128, 70, 60)),
        Sensor(0x31, _FAN, _RPM, "Fan1", 62, factor=100),
        Sensor(0x32, _VOLTAGE, _VOLTS, "12V", 201, factor=6, exponent=-2),
        Sensor(0x33, _OTHER, _WATTS, "Pwr Consumption", 105, factor=2),
    ]


@contextlib.contextmanager
def running(folder: Path, celsius: int = 25) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The simulator's process and its UDP port."""
    port = child.free_port(socket.SOCK_DGRAM)
    lines = ["mc_setbmc 0x20", "mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02"]
    lines += ["sel_enable 0x20 1000 0x0a"]
    for sensor in sensors(celsius):
        lines += sensor.commands()
    # Inlet, upper critical going high, reading 0x5a over limit 0x50.
    lines += ["sel_add 0x20 0x02 0 0 0 0 0x20 0x00 0x04 0x01 0x30 0x01 0x59 0x5a 0x50"]
    lines += ["mc_enable 0x20"]
    (folder / "state").mkdir()
    (folder / "sim.emu").write_text("\n".join(lines) + "\n")
    (folder / "lan.conf").write_text(_LAN.format(name="hisops", port=port))
    argv = ["ipmi_sim", "-n", "-c", str(folder / "lan.conf"), "-f", str(folder / "sim.emu")]
    with child.running([*argv, "-s", str(folder / "state")], folder / "log") as process:
        child.wait_for(lambda: f":{port:04X} " in Path("/proc/net/udp").read_text())
        yield process, port
