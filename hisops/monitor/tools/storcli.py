"""RAID controllers of Broadcom and Dell, by storcli or perccli (`/call show all J`)."""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Labels, Sample
from hisops.monitor import raid
from hisops.monitor.raid import Figure, Part
from hisops.monitor.tool import Tool, ask

_CONTROLLER_GOOD = ("Optimal", "OK")
_VOLUME_GOOD = ("Optl",)
# Online, unconfigured and good, spares, and drives without RAID.
_DRIVE_GOOD = ("Onln", "UGood", "GHS", "DHS", "JBOD")
_COUNTERS = {
    "Media Error Count": "media",
    "Other Error Count": "other",
    "Predictive Failure Count": "predictive",
}
_STATE_OF = re.compile(r"Drive /c\d+((?:/e\d+)?/s\d+) State")
_NUMBER = re.compile(r"\s*(-?\d+)")


class _Status(msgspec.Struct):
    controller: int = msgspec.field(name="Controller", default=0)
    status: str = msgspec.field(name="Status", default="")
    description: str = msgspec.field(name="Description", default="")


class _Controller(msgspec.Struct):
    status: _Status = msgspec.field(name="Command Status", default_factory=_Status)
    data: dict[str, object] = msgspec.field(name="Response Data", default_factory=dict)


class _Answer(msgspec.Struct):
    controllers: tuple[_Controller, ...] = msgspec.field(name="Controllers", default=())


class Storcli(Tool):
    """Controllers, volumes, drives and batteries."""

    programs = ("storcli64", "storcli", "perccli64", "perccli")
    folders = ("/opt/MegaRAID/storcli", "/opt/MegaRAID/perccli")

    def collect(self, io: Io, program: str) -> list[Sample]:
        """State of all controllers, then what their drives count."""
        controllers = decode(ask(io, program, "/call", "show", "all", "J").out)
        drives = decode(ask(io, program, "/call/eall/sall", "show", "all", "J").out)
        parts = [part for each in controllers for part in _parts(each)]
        figures = [figure for each in controllers for figure in _heat(each)]
        figures += [figure for each in drives for figure in _counts(each)]
        return raid.report("storcli", parts, figures)


def decode(data: bytes) -> tuple[_Controller, ...]:
    """The answer of each controller; raises OpsError when it is none."""
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except msgspec.MsgspecError as error:
        raise OpsError(f"storcli: no JSON as it should be: {error}") from None
    if not answer.controllers:
        raise OpsError("storcli: no controller in the answer")
    return answer.controllers


def _parts(found: _Controller) -> Iterator[Part]:
    number = ("controller", str(found.status.controller))
    if not found.data:  # `No Controller found`, or one that does not answer
        told = found.status.description or found.status.status
        yield Part("controller", (number, ("model", "")), told, is_good=False)
        return
    state = _text(_table(found.data, "Status"), "Controller Status")
    model = _text(_table(found.data, "Basics"), "Model")
    yield Part("controller", (number, ("model", model)), state, state in _CONTROLLER_GOOD)
    for row in _rows(found.data, "VD LIST"):
        state = _text(row, "State")
        where = (number, ("volume", _text(row, "DG/VD")), ("level", _text(row, "TYPE")))
        yield Part("volume", where, state, state in _VOLUME_GOOD)
    for row in _rows(found.data, "PD LIST"):
        state = _text(row, "State")
        where = (number, ("drive", _text(row, "EID:Slt")), ("model", _text(row, "Model")))
        yield Part("drive", where, state, state in _DRIVE_GOOD)
    for name in ("BBU_Info", "Cachevault_Info"):
        for row in _rows(found.data, name):
            state = _text(row, "State")
            labels = (number, ("model", _text(row, "Model")))
            yield Part("battery", labels, state, state in _CONTROLLER_GOOD)


def _heat(found: _Controller) -> Iterator[Figure]:
    celsius = _number(_table(found.data, "HwCfg").get("ROC temperature(Degree Celsius)"))
    if celsius is not None:
        labels = (("controller", str(found.status.controller)),)
        yield Figure(raid.CONTROLLER_CELSIUS, labels, celsius)


def _counts(found: _Controller) -> Iterator[Figure]:
    """Counters stand under `Drive /c0/e252/s1 - Detailed Information`."""
    for value in found.data.values():
        for name, fields in value.items() if isinstance(value, dict) else ():
            match = _STATE_OF.match(str(name))
            if match and isinstance(fields, dict):
                drive = match[1].replace("/e", "").replace("/s", ":").lstrip(":")
                labels = (("controller", str(found.status.controller)), ("drive", drive))
                yield from _drive(fields, labels)


def _drive(fields: Mapping[str, object], labels: Labels) -> Iterator[Figure]:
    for name, kind in _COUNTERS.items():
        count = _number(fields.get(name))
        if count is not None:
            yield Figure(raid.DRIVE_ERRORS, (*labels, ("kind", kind)), count)
    celsius = _number(fields.get("Drive Temperature"))
    if celsius is not None:
        yield Figure(raid.DRIVE_CELSIUS, labels, celsius)


def _table(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _rows(data: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    found = data.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name, "")
    return str(value).strip() if isinstance(value, str | int) else ""


def _number(value: object) -> float | None:
    """`45`, or the number that a text begins with: ` 30C (86.00 F)`."""
    if isinstance(value, int | float):
        return value
    match = _NUMBER.match(value) if isinstance(value, str) else None
    return int(match[1]) if match else None
