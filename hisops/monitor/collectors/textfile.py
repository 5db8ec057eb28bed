"""Metrics that jobs left in a folder: every *.prom file, in the text exposition format 0.0.4."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Labels, Reading
from hisops.core.metric_text import parse
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from hisops.core.machine import Machine

    Series = tuple[Family, Labels]

_MTIME = Family("node_textfile_mtime_seconds", "gauge", "When the file was written, Unix time.")
_ERROR = Family(
    "node_textfile_scrape_error", "gauge", "1 when a file could not be read or understood."
)
_STALE = Family(
    "hisops_textfile_stale",
    "gauge",
    "1 when the file is older than three of its own intervals: its values are left out.",
)
_BAD = Family("hisops_textfile_bad", "gauge", "1 when the file could not be read or understood.")
_INTERVALS = 3


class _File(NamedTuple):
    series: list[Series]
    values: list[str]
    interval_seconds: float
    bad: bool


class Textfile(Collector):
    """What the files say, how old they are, and which of them are bad or too old.

    A file says how often it is written by a series `hisops_..._interval_seconds`.
    """

    folder = ""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[float, int], _File]] = {}

    def read(self, io: Machine) -> Reading:
        """All files; one that has not changed is not read again."""
        names = [name for name in io.names(self.folder) if name.endswith(".prom")]
        paths = [f"{self.folder}/{name}" for name in names if not name.startswith(".")]
        known = {}
        for path in paths:
            try:
                stamp = io.stamp(path)
            except OpsError:  # it was replaced or removed in this moment
                continue
            last = self._known.get(path)
            known[path] = last if last and last[0] == stamp else (stamp, _load(io, path))
        self._known = known
        return join({path: (stamp[0], file) for path, (stamp, file) in known.items()}, io.time())


def join(files: dict[str, tuple[float, _File]], now: float) -> Reading:
    """Values of the fresh files, then age and state of every file."""
    series: list[Series] = []
    values: list[float | int | str] = []
    bad = 0
    for path, (written, file) in files.items():
        stale = bool(file.interval_seconds) and now - written > _INTERVALS * file.interval_seconds
        if not stale:
            series += file.series
            values += file.values
        labels = (("file", path),)
        series += ((_MTIME, labels), (_STALE, labels), (_BAD, labels))
        values += (written, int(stale), int(file.bad))
        bad |= file.bad
    series.append((_ERROR, ()))
    values.append(bad)
    return Reading(series, values, lambda: series)


def load(text: str) -> _File:
    """A file's series and values; raises ValueError when it is no exposition text."""
    series, values = parse(text)
    intervals = [
        float(value)
        for (family, _), value in zip(series, values, strict=True)
        if family.name.startswith("hisops_") and family.name.endswith("_interval_seconds")
    ]
    return _File(series, values, max(intervals, default=0.0), bad=False)


def _load(io: Machine, path: str) -> _File:
    try:
        return load(io.read(path))
    except (OpsError, ValueError):
        return _File([], [], 0.0, bad=True)
