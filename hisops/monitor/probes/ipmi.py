"""Server hardware behind IPMI over LAN: sensors, event log, chassis; by ipmitool, one session each.

Names: ipmi_exporter's (github.com/prometheus-community/ipmi_exporter), plus the common vocabulary.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.metric import Family, Labels, Sample
from hisops.core.text import Duration, Secret
from hisops.monitor import vocabulary
from hisops.monitor.probe import Endpoint, Outcome, Probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hisops.core.net import Net

_PORT = 623
_EVENTS = 10
_COMMANDS = f"sdr elist full\nsel info\nsel list last {_EVENTS}\nchassis status\n".encode()
_MOST_SENSORS = 400
_MOST_TEXT = 64


def _gauge(name: str, help: str) -> Family:
    return Family(name, "gauge", help)


_UP = _gauge("ipmi_up", "'1' if a scrape of the IPMI device was successful, '0' otherwise.")
_POWER = _gauge("ipmi_chassis_power_state", "Current power state (1=on, 0=off).")
_DRIVE = _gauge("ipmi_chassis_drive_fault_state", "Current drive fault state (1=false, 0=true).")
_COOLING = _gauge(
    "ipmi_chassis_cooling_fault_state", "Current Cooling/fan fault state (1=false, 0=true)."
)
_LOGS = _gauge("ipmi_sel_logs_count", "Current number of log entries in the SEL.")
_FREE = _gauge("ipmi_sel_free_space_bytes", "Current free space remaining for new SEL entries.")
_EVENT = _gauge(
    "hisops_ipmi_sel_event_timestamp_seconds",
    "When the newest events were logged, by the clock of the BMC; 0 when it had none.",
)


class _Kind(NamedTuple):
    """A kind of sensor: its families of value and state, and its place in the vocabulary."""

    value: Family
    state: Family
    common: Family


# Units as ipmitool writes them (lib/ipmi_sdr.c, unit_desc).
_KINDS = {
    "degrees C": _Kind(
        _gauge("ipmi_temperature_celsius", "Temperature reading in degree Celsius."),
        _gauge("ipmi_temperature_state", "Reported state of a temperature sensor."),
        vocabulary.CELSIUS,
    ),
    "RPM": _Kind(
        _gauge("ipmi_fan_speed_rpm", "Fan speed in rotations per minute."),
        _gauge("ipmi_fan_speed_state", "Reported state of a fan speed sensor."),
        vocabulary.RPM,
    ),
    "Volts": _Kind(
        _gauge("ipmi_voltage_volts", "Voltage reading in Volts."),
        _gauge("ipmi_voltage_state", "Reported state of a voltage sensor."),
        vocabulary.VOLTS,
    ),
    "Amps": _Kind(
        _gauge("ipmi_current_amperes", "Current reading in Amperes."),
        _gauge("ipmi_current_state", "Reported state of a current sensor."),
        vocabulary.AMPERES,
    ),
    "Watts": _Kind(
        _gauge("ipmi_power_watts", "Power reading in Watts."),
        _gauge("ipmi_power_state", "Reported state of a power sensor."),
        vocabulary.WATTS,
    ),
}
_SENSOR = re.compile(r"([^|]+)\|\s*([0-9A-F]{2})h\s*\|\s*(\w+)\s*\|[^|]*\|\s*(.*)")
_READING = re.compile(r"(-?\d+(?:\.\d+)?) (.+)")
_FIELD = re.compile(r"([A-Z][\w /-]*?)\s*: ?(.*)")
_LOGGED = re.compile(r"\s*([0-9a-f]{1,4}) \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|?\s*(.*)")


class Ipmi(Probe, frozen=True, kw_only=True):
    """Sensors, SEL and chassis of one BMC; `cipher` where it lacks ipmitool's own choice."""

    timeout: Duration = Duration(20)
    port: int = _PORT
    user: str
    password: Secret
    interface: str = "lanplus"
    cipher: int | None = None
    privilege: str = "USER"

    def __post_init__(self) -> None:
        if self.interface not in ("lan", "lanplus"):
            raise ValueError(f"interface: expected lan or lanplus, got {self.interface!r}")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when sensors and chassis were read; the password goes by the environment."""
        address = await net.resolve(endpoint.host)
        net.allow(address)
        done = await net.run(
            self.argv(address, endpoint.port(self.port)),
            timeout=self.timeout.seconds,
            stdin=_COMMANDS,
            env={"IPMI_PASSWORD": net.secret(self.password.ref)},
        )
        found = list(describe(done.text))
        up = {dict(s.labels)["collector"]: s.value for s in found if s.family is _UP}
        if not up["ipmi"] or not up["chassis"]:
            return Outcome(False, found, done.last_error or "ipmitool said nothing")
        return Outcome(True, found)

    def argv(self, address: str, port: int) -> list[str]:
        """The command line: `exec` runs all commands in one session."""
        cipher = [] if self.cipher is None else ["-C", str(self.cipher)]
        login = ["-U", self.user, "-E", "-L", self.privilege, *cipher]
        return [
            *("ipmitool", "-I", self.interface, "-H", address, "-p", str(port)),
            *login,
            *("-N", "2", "-R", "2", "exec", "/dev/stdin"),
        ]


def describe(text: str) -> Iterator[Sample]:
    """Series from what ipmitool printed for all commands together."""
    lines = text.splitlines()[:2000]
    fields = {m[1]: m[2].strip() for m in map(_FIELD.fullmatch, lines) if m}
    sensors = list(_sensors(lines))
    for collector, read in (
        ("ipmi", bool(sensors)),
        ("chassis", "System Power" in fields),
        ("sel", "Entries" in fields),
    ):
        yield Sample(_UP, int(read), (("collector", collector),))
    yield from sensors
    if "System Power" in fields:
        yield Sample(_POWER, int(fields["System Power"] == "on"))
        yield Sample(_DRIVE, int(fields.get("Drive Fault") != "true"))
        yield Sample(_COOLING, int(fields.get("Cooling/Fan Fault") != "true"))
    for family, name in ((_LOGS, "Entries"), (_FREE, "Free Space")):
        digits = re.match(r"\d{1,9}", fields.get(name, ""))
        if digits:
            yield Sample(family, int(digits[0]))
    yield from _events(lines)


def _sensors(lines: Iterable[str]) -> Iterator[Sample]:
    matches = [match for match in map(_SENSOR.fullmatch, lines) if match]
    for name, number, state, reading in (match.groups() for match in matches[:_MOST_SENSORS]):
        label = name.strip()[:_MOST_TEXT]
        value = _READING.fullmatch(reading.strip())
        kind = _KINDS.get(value[2].strip()) if value else None
        if value is None or kind is None:
            continue
        labels = (("id", str(int(number, 16))), ("name", label))
        yield Sample(kind.value, float(value[1]), labels)
        common = (("sensor", label), ("place", "device"))
        yield Sample(kind.common, float(value[1]), common)
        health = _health(state)
        if health is not None:
            yield Sample(kind.state, health, labels)
            yield Sample(vocabulary.HEALTH, health, (("component", label), ("kind", "sensor")))


def _health(state: str) -> int | None:
    """0 nominal, 1 warning, 2 critical; ipmitool says ok, or nc, cr, nr with l or u before it."""
    if state == "ok":
        return 0
    return {"nc": 1, "cr": 2, "nr": 2}.get(state[-2:])


def _events(lines: Iterable[str]) -> Iterator[Sample]:
    matches = [match for match in map(_LOGGED.fullmatch, lines) if match]
    for match in matches[-_EVENTS:]:
        record, day, clock, sensor, event, direction = (part.strip() for part in match.groups())
        labels: Labels = (
            ("record", record),
            ("sensor", sensor[:_MOST_TEXT]),
            ("event", event[:_MOST_TEXT]),
            ("direction", direction[:_MOST_TEXT]),
        )
        yield Sample(_EVENT, _moment(day, clock), labels)


def _moment(day: str, clock: str) -> float:
    """Seconds since 1970; 0 for an event before the clock was set (`Pre-Init`)."""
    for form in ("%m/%d/%Y %H:%M:%S", "%m/%d/%y %H:%M:%S"):
        try:
            moment = datetime.strptime(f"{day} {clock[:8]}", form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return moment.timestamp()
    return 0.0
