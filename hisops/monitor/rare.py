"""Files and hardware that many machines do not have: absence is remembered for a minute.

What is there is looked for once a minute and read at every scrape; what is not there costs a
comparison. Standard library only: the agent loads this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Labels, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hisops.core.machine import Machine

SEARCH_SECONDS = 60.0
NOTHING = Reading((), (), tuple)
_NEVER = float("-inf")
_NOT_COUNTED = 2**64 - 1  # what drivers show for a counter that they do not have

Found = TypeVar("Found")


class Seldom(Generic[Found]):
    """What a search finds, searched for again after a minute."""

    def __init__(self, search: Callable[[Machine], Found]) -> None:
        self._search = search
        self._found: Found | None = None
        self._due = _NEVER

    def get(self, io: Machine) -> Found:
        """What was found last; raises what the search raises."""
        now = io.tick()
        if self._found is None or now >= self._due:
            self._found = self._search(io)
            self._due = now + SEARCH_SECONDS
        return self._found


class RareFile:
    """A file that may be missing."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._due = _NEVER

    def read(self, io: Machine) -> str:
        """Its text; empty when there is none. Raises OpsError when it cannot be read."""
        if self._due != _NEVER and io.tick() < self._due:
            return ""
        try:
            text = io.read(self._path)
        except OpsError as error:
            if error.code != Exit.MISSING:
                raise
            self._due = io.tick() + SEARCH_SECONDS
            return ""
        self._due = _NEVER
        return text


class Sensor(NamedTuple):
    """A file with one number, the series that it belongs to, and the factor to the series' unit.

    The number may be written in hexadecimal with `0x`.
    """

    path: str
    family: Family
    labels: Labels
    multiply: int = 1
    divide: int = 1


class Sensors:
    """Values of the sensors that a search finds and that answer at the moment."""

    def __init__(self, search: Callable[[Machine], Sequence[Sensor]]) -> None:
        self._sensors = Seldom(search)

    def read(self, io: Machine) -> Reading:
        """Values of now; a sensor without a number, or whose device is gone, is left out."""
        sensors = self._sensors.get(io)
        if not sensors:
            return NOTHING
        values: list[float | int] = []
        silent: list[int] = []
        for index, sensor in enumerate(sensors):
            value = measure(io, sensor)
            if value is None:
                silent.append(index)
            else:
                values.append(value)
        return Reading((sensors, silent), values, lambda: _describe(sensors, silent))


def measure(io: Machine, sensor: Sensor) -> float | int | None:
    """The sensor's value in the unit of its series; None when it has no number at the moment."""
    text = io.attribute(sensor.path)
    try:
        number = int(text or "", 0)
    except ValueError:
        return None
    if number == _NOT_COUNTED:
        return None
    if sensor.divide != 1:
        return number * sensor.multiply / sensor.divide
    return number * sensor.multiply


def infos(series: Sequence[tuple[Family, Labels]]) -> Reading:
    """Series whose value is always 1 because their labels say it all."""
    return Reading(series, [1] * len(series), lambda: series) if series else NOTHING


def join(*readings: Reading) -> Reading:
    """All of them as one."""
    filled = [reading for reading in readings if reading.values]
    if len(filled) < 2:  # noqa: PLR2004 - nothing to join
        return filled[0] if filled else NOTHING
    return Reading(
        [reading.key for reading in filled],
        [value for reading in filled for value in reading.values],
        lambda: [series for reading in filled for series in reading.describe()],
    )


def _describe(sensors: Sequence[Sensor], silent: Sequence[int]) -> list[tuple[Family, Labels]]:
    there = (sensor for index, sensor in enumerate(sensors) if index not in silent)
    return [(sensor.family, sensor.labels) for sensor in there]
