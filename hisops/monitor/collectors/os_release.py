"""The operating system's name and version, from os-release(5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

_INFO = Family("node_os_info", "gauge", "Name and version of the operating system; always 1.")
_VERSION = Family("node_os_version", "gauge", "Version of the operating system as a number.")
_LABELS = (
    "build_id",
    "id",
    "id_like",
    "image_id",
    "image_version",
    "name",
    "pretty_name",
    "variant",
    "variant_id",
    "version",
    "version_codename",
    "version_id",
)


class OsRelease(Collector):
    """What os-release says, read again when the file changes."""

    slow = False
    paths: tuple[str, ...] = ("/etc/os-release", "/usr/lib/os-release")

    def __init__(self) -> None:
        self._stamp = (0.0, 0)
        self._last = Reading((), (), tuple)

    def read(self, io: Machine) -> Reading:
        """The first file that there is."""
        for path in self.paths:
            try:
                stamp = io.stamp(path)
                if stamp != self._stamp:
                    self._last = parse(io.read(path))
                    self._stamp = stamp
            except OpsError as error:
                if error.code != Exit.MISSING or path == self.paths[-1]:
                    raise
            else:
                break
        return self._last


def parse(text: str) -> Reading:
    """The info series, and the version when it starts with a number."""
    values = dict.fromkeys(_LABELS, "")
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name.lower() in values:
            values[name.lower()] = _unquoted(value)
    labels: Labels = tuple(values.items())
    series: list[tuple[Family, Labels]] = [(_INFO, labels)]
    numbers: list[float | str] = [1]
    version = ".".join(values["version_id"].split(".")[:2])
    if version.replace(".", "", 1).isdecimal():
        series.append((_VERSION, tuple((name, values[name]) for name in ("id", "id_like", "name"))))
        numbers.append(version)
    return Reading(labels, numbers, lambda: series)


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"') and value[-1:] == value[:1]:
        value = value[1:-1]
    return value.replace('\\"', '"').replace("\\$", "$").replace("\\`", "`").replace("\\\\", "\\")
