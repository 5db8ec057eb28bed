"""RAID controllers of Adaptec and Microchip, by arcconf (`LIST`, `GETCONFIG n AL`)."""

import re
from collections.abc import Iterator

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Sample
from hisops.monitor import raid
from hisops.monitor.raid import Figure, Part
from hisops.monitor.tool import Tool, ask

_LISTED = re.compile(r"\s*Controller (\d+)\s*:")
_VOLUME = re.compile(r"\s*Logical [Dd]evice number (\d+)")
_DRIVE = re.compile(r"\s*Device #(\d+)")
_FIELD = re.compile(r"\s*(\S.*?)\s+: (.*)")
_NUMBER = re.compile(r"(\d+) C")
_GOOD = ("Optimal", "Okay", "OK", "Online", "Ready", "Raw (Pass Through)", "Not Installed")
_SPARE = ("Hot Spare", "Hot-Spare", "Dedicated Hot-Spare", "Global Hot-Spare", "Online (JBOD)")
_BATTERY = ("Status", "Overall Backup Unit Status")
_COUNTERS = {"S.M.A.R.T. warnings": "predictive", "Medium Errors": "media"}


class Arcconf(Tool):
    """Controllers, volumes, drives and batteries."""

    programs = ("arcconf",)
    folders = ("/usr/Arcconf", "/opt/Arcconf")

    def collect(self, io: Io, program: str) -> list[Sample]:
        """State of all controllers with what hangs on them."""
        numbers = _LISTED.findall(ask(io, program, "LIST").text)
        if not numbers:
            raise OpsError("arcconf: no controller in the answer")
        parts: list[Part] = []
        figures: list[Figure] = []
        for number in dict.fromkeys(numbers):
            rows = list(fields(ask(io, program, "GETCONFIG", number, "AL").text))
            found = list(_parts(number, rows))
            if not found:
                raise OpsError(f"arcconf: controller {number} tells nothing")
            parts += found
            figures += _figures(number, rows)
        return raid.report("arcconf", parts, figures)


def fields(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Section, number of the part in it, name and value of each line `name : value`."""
    section = number = ""
    for line in text.splitlines():
        if line.strip().lower().endswith("information") and ":" not in line:
            section, number = line.strip().lower(), ""
        elif begins := _VOLUME.match(line) or _DRIVE.match(line):
            section = "volume" if _VOLUME.match(line) else "drive"
            number = begins[1]
        elif field := _FIELD.match(line):
            yield section, number, field[1], field[2].strip()


def _parts(controller: str, rows: list[tuple[str, str, str, str]]) -> Iterator[Part]:
    label = ("controller", controller)
    models = {(section, n): value for section, n, name, value in rows if name.endswith("Model")}
    levels = {n: value for section, n, name, value in rows if name == "RAID level"}
    for section, number, name, value in rows:
        is_good = value in (*_GOOD, *_SPARE)
        if name == "Controller Status":
            model = models.get((section, number), "")
            yield Part("controller", (label, ("model", model)), value, is_good)
        elif section == "volume" and name.startswith("Status of Logical"):
            labels = (label, ("volume", number), ("level", levels.get(number, "")))
            yield Part("volume", labels, value, is_good)
        elif section == "drive" and name == "State":
            labels = (
                label,
                ("drive", number),
                ("model", models.get((section, number), "").strip()),
            )
            yield Part("drive", labels, value, is_good)
        elif "battery" in section and name in _BATTERY:
            yield Part("battery", (label, ("model", "")), value, is_good)


def _figures(controller: str, rows: list[tuple[str, str, str, str]]) -> Iterator[Figure]:
    for section, number, name, value in rows:
        if section != "drive":
            continue
        labels = (("controller", controller), ("drive", number))
        if name in _COUNTERS and value.isdecimal():
            kind = ("kind", _COUNTERS[name])
            yield Figure(raid.DRIVE_ERRORS, (*labels, kind), int(value))
        elif "Temperature" in name and (match := _NUMBER.match(value)):
            yield Figure(raid.DRIVE_CELSIUS, labels, int(match[1]))
