"""UPS behind Network UPS Tools: load, charge, runtime, status, ages of battery and self-test.

Names: nut_exporter's (github.com/DRuggeri/nut_exporter), with the label `ups`. One probe forks
nothing: `LIST VAR` over TCP.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Labels, Sample
from hisops.core.text import Secret
from hisops.monitor import vocabulary
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import nut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hisops.core.net import Net, Stream

# nut_exporter's default of --nut.statuses.
FLAGS = (
    *("OL", "OB", "LB", "HB", "RB", "CHRG", "DISCHRG", "BYPASS"),
    *("CAL", "OFF", "OVER", "TRIM", "BOOST", "FSD", "SD", "ALARM"),
)
_STATUS = Family("network_ups_tools_ups_status", "gauge", "1 while the flag is set.")
_INFO = Family("network_ups_tools_device_info", "gauge", "What the device says it is.")
_BATTERY = Family(
    "hisops_ups_battery_timestamp_seconds", "gauge", "When the batteries were installed or made."
)
_TESTED = Family("hisops_ups_test_timestamp_seconds", "gauge", "When the UPS last tested itself.")
_PASSED = Family("hisops_ups_test_passed", "gauge", "1 when the last self-test passed.")
_MOST_DEVICES = 32
_MOST_SERIES = 200
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?")
_AMBIENT = re.compile(r"(ambient(?:\.\d{1,2})?)\.(temperature|humidity)")
# The date formats of NUT's drivers: APC writes month first, others the year.
_DATES = ("%Y/%m/%d", "%Y-%m-%d", "%m/%d/%y", "%m/%d/%Y", "%Y%m%d")


class Nut(Probe, frozen=True, kw_only=True):
    """Every UPS of an upsd, or the one that is named: `ups`, or NAME@HOST as the target."""

    port: int = nut.PORT
    ups: str = ""
    place: str = "room"
    username: str = ""
    password: Secret | None = None

    def __post_init__(self) -> None:
        if self.ups and not nut.is_name(self.ups):
            raise ValueError(f"ups: expected a name without spaces, got {self.ups!r}")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when upsd has fresh values of each UPS; being on battery is a value."""
        stream = await net.connect(endpoint.host, endpoint.port(self.port))
        try:
            if self.username and self.password:
                await nut.log_in(stream, self.username, net.secret(self.password.ref))
            named = self.ups or _named(endpoint.text)
            return await self._read(stream, [named] if named else await nut.list_devices(stream))
        finally:
            stream.close()

    async def _read(self, stream: Stream, names: list[str]) -> Outcome:
        samples: list[Sample] = []
        causes = [] if names else ["upsd serves no UPS"]
        for name in names[:_MOST_DEVICES]:
            try:
                variables = await nut.list_variables(stream, name)
            except OpsError as error:  # one lost UPS hides no other
                causes.append(error.cause)
                continue
            samples += describe(variables, name, self.place)
            if not variables.get("ups.status"):  # a driver that has just started
                causes.append(f"{name}: upsd knows no status yet")
        return Outcome(not causes, samples, "; ".join(causes))


def describe(variables: Mapping[str, str], ups: str, place: str = "room") -> list[Sample]:
    """A UPS's variables as series."""
    labels = (("ups", ups),)
    info = [(key, variables.get(f"device.{key}", "")) for key in ("mfr", "model", "serial", "type")]
    samples = [Sample(_INFO, 1, (*labels, *((key, text[:80]) for key, text in info)))]
    samples += _flags(variables.get("ups.status", ""), labels)
    samples += _numbers(variables, labels)
    samples += _dates(variables, labels)
    samples += _sensors(variables, ups, place)
    return samples


def read_date(text: str) -> float | None:
    """Seconds since 1970 of a date as drivers write it; None when it is none."""
    for form in _DATES:
        try:
            return datetime.strptime(text.strip()[:10], form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None


def _named(target: str) -> str:
    """The name before the host of NUT's own form NAME@HOST."""
    name, at, _ = target.rpartition("@")
    return name if at and nut.is_name(name) else ""


def _flags(status: str, labels: Labels) -> Iterator[Sample]:
    words = set(status.split())
    for flag in FLAGS:
        yield Sample(_STATUS, int(flag in words), (*labels, ("flag", flag)))


def _numbers(variables: Mapping[str, str], labels: Labels) -> list[Sample]:
    """A gauge for each variable that is a number; settings of the driver are none of them."""
    found = {}
    for name, text in variables.items():
        if _NUMBER.fullmatch(text) and not name.startswith("driver."):
            key = "network_ups_tools_" + re.sub(r"[^a-zA-Z0-9]", "_", name)
            found[key] = Sample(Family(key, "gauge", f"Variable {name}."), float(text), labels)
    return list(found.values())[:_MOST_SERIES]


def _dates(variables: Mapping[str, str], labels: Labels) -> Iterator[Sample]:
    installed = variables.get("battery.date") or variables.get("battery.mfr.date", "")
    for family, text in ((_BATTERY, installed), (_TESTED, variables.get("ups.test.date", ""))):
        at = read_date(text)
        if at is not None:
            yield Sample(family, at, labels)
    result = variables.get("ups.test.result", "").lower()
    if "pass" in result or "fail" in result or "warning" in result:
        yield Sample(_PASSED, int("pass" in result), labels)


def _sensors(variables: Mapping[str, str], ups: str, place: str) -> Iterator[Sample]:
    """The common vocabulary: temperatures, humidity, real power."""
    for name, text in variables.items():
        match = _AMBIENT.fullmatch(name)
        if match is None or not _NUMBER.fullmatch(text):
            continue
        where = (("sensor", f"{ups} {match[1]}"), ("place", place))
        if match[2] == "temperature":
            yield Sample(vocabulary.CELSIUS, float(text), where)
        else:
            yield Sample(vocabulary.RATIO, float(text) / 100, (*where, ("kind", "humidity")))
    for name in ("ups.temperature", "battery.temperature"):
        if _NUMBER.fullmatch(variables.get(name, "")):
            sensor = f"{ups} {name.partition('.')[0]}"
            labels = (("sensor", sensor), ("place", "device"))
            yield Sample(vocabulary.CELSIUS, float(variables[name]), labels)
    watts = _watts(variables)
    if watts is not None:
        yield Sample(vocabulary.WATTS, watts, (("sensor", ups), ("place", "device")))


def _watts(variables: Mapping[str, str]) -> float | None:
    """Real power, or load times nominal real power where the UPS does not say it."""
    text = {name: variables.get(name, "") for name in ("ups.realpower", "ups.load")}
    nominal = variables.get("ups.realpower.nominal", "")
    if _NUMBER.fullmatch(text["ups.realpower"]):
        return float(text["ups.realpower"])
    if _NUMBER.fullmatch(text["ups.load"]) and _NUMBER.fullmatch(nominal):
        return float(text["ups.load"]) / 100 * float(nominal)
    return None
