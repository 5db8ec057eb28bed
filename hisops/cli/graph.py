"""What `hisops monitor graph` shows: series over time as a plot, or as points."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hisops.cli import plot, show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError
from hisops.core.text import Duration
from hisops.workflow import history
from hisops.workflow.history import Track

_WIDEST = 200


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One series; a point is None where there is no value."""

    labels: Mapping[str, str]
    points: tuple[float | None, ...]


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Series with one point every `step_seconds` from `start` to `end`."""

    query: str
    start: datetime
    end: datetime
    step_seconds: float
    series: tuple[Series, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the legend."""

    mark: str
    series: str
    least: str
    greatest: str
    last: str


def show_graph(promql: str, since: str, rows: int) -> None:
    """Ask for as many points as the terminal has room for, and show them."""
    running = session()
    columns = min(_WIDEST, shutil.get_terminal_size((80, 24)).columns)
    seconds, count = _seconds(since), plot.samples(columns)
    step, end = max(1.0, seconds / (count - 1)), running.io.now()
    found = history.read(
        running.io, running.site, promql, end=end.timestamp(), step_seconds=step, count=count
    )
    start = end - timedelta(seconds=step * (count - 1))
    if running.as_json:
        series = tuple(Series(labels=t.labels, points=t.points) for t in found)
        show.emit(Graph(query=promql, start=start, end=end, step_seconds=step, series=series))
        return
    shown = sorted(found, key=lambda track: -(_known(track) or [0.0])[-1])[: len(plot.LETTERS)]
    zone = ZoneInfo(running.site.settings.timezone)
    frame = plot.Frame(columns, rows, colours=sys.stdout.isatty())
    moments = (start.astimezone(zone), end.astimezone(zone))
    for text in plot.plot([track.points for track in shown], *moments, frame):
        show.line(text)
    show.emit(_legend(shown))
    if len(found) > len(shown):
        show.note(f"{len(found) - len(shown)} more series are not shown: narrow the expression")


def _seconds(text: str) -> float:
    try:
        return Duration.parse(text).seconds
    except ValueError as error:
        cause = f"--since: expected {error}, got {text!r}"
        raise OpsError(cause, fix="write it as 6h", code=Exit.USAGE) from None


def _known(track: Track) -> list[float]:
    return [value for value in track.points if value is not None]


def _legend(tracks: Sequence[Track]) -> list[Row]:
    common = _common(tracks)
    return [
        Row(
            mark=letter if len(tracks) > 1 else "",
            series=_name(track.labels, common),
            least=plot.short(min(values)) if (values := _known(track)) else "-",
            greatest=plot.short(max(values)) if values else "-",
            last=plot.short(values[-1]) if values else "-",
        )
        for letter, track in zip(plot.LETTERS, tracks, strict=False)
    ]


def _common(tracks: Sequence[Track]) -> set[str]:
    """Labels that tell nothing apart: all series have the same."""
    if len(tracks) < 2:  # noqa: PLR2004 - one series needs no telling apart
        return set()
    keys = {key for track in tracks for key in track.labels}
    return {key for key in keys if len({track.labels.get(key) for track in tracks}) == 1}


def _name(labels: Mapping[str, str], common: set[str]) -> str:
    name = labels.get("__name__", "") if "__name__" not in common else ""
    inside = ", ".join(
        f"{key}={value}"
        for key, value in sorted(labels.items())
        if key not in common and key != "__name__"
    )
    return f"{name}{{{inside}}}" if inside or not name else name
