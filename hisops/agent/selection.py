"""Which part of the page a request asks for: `collect[]`, `exclude[]`, `name[]` and the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.agent import http

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.agent.loop import Loop

_PLAIN = "text/plain; version=0.0.4; charset=utf-8"
_OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# What node_exporter calls collectors that are named or cut differently here.
_THEIR_NAMES = {
    "cpu": ("stat", "cpu_throttle"),
    "os": ("os_release",),
    "powersupplyclass": ("power_supply",),
    "time": ("clock",),
}


def answer(request: http.Request, loop: Loop) -> http.Answer:
    """The page, or why there is none: a collector that does not exist, both ways of choosing."""
    wishes: dict[str, list[str]] = {"collect[]": [], "exclude[]": [], "name[]": []}
    for name, value in request.parameters:
        if name in wishes:
            wishes[name].append(value)
    wanted, unwanted, families = wishes.values()
    known = loop.names
    unknown = [name for name in (*wanted, *unwanted) if not _members(name, known)]
    if unknown:
        return http.plain(400, why=f"there is no collector {unknown[0][:100]!r}")
    if wanted and unwanted:
        return http.plain(400, why="give collect[] or exclude[], not both")
    chosen = None
    if wanted or unwanted:
        named = {member for name in (*wanted, *unwanted) for member in _members(name, known)}
        chosen = named if wanted else set(known) - named
    is_open = request.takes_open_metrics
    body = loop.page(chosen, families, open_metrics=is_open)
    return http.Answer(200, body, type=_OPEN if is_open else _PLAIN)


def _members(name: str, known: Iterable[str]) -> list[str]:
    return [each for each in _THEIR_NAMES.get(name, (name,)) if each in known]
