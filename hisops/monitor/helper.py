"""Runs the hardware vendors' programs as root and leaves what they say as files for the agent.

One file for each program, replaced whole: the agent, which is not root, only reads.
"""

from collections.abc import Iterable

from hisops.core import units
from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.metric import Family, Sample, expose
from hisops.core.model import Value
from hisops.monitor.tool import Tool

_PACKAGE = "hisops.monitor.tools"
_SUCCESS = Family("hisops_helper_success", "gauge", "1 when the program could be asked.")
_RUN = Family("hisops_helper_run_timestamp_seconds", "gauge", "When the program was asked last.")
_INTERVAL = Family("hisops_helper_interval_seconds", "gauge", "How often it shall be asked.")
_DURATION = Family("hisops_helper_duration_seconds", "gauge", "How long it took.")


class Ran(Value, frozen=True, kw_only=True):
    """What became of one program: done, failed, or absent from this machine."""

    tool: str
    state: str
    series: int = 0
    seconds: float = 0.0
    cause: str = ""


def run(io: Io, folder: str, interval_seconds: float) -> list[Ran]:
    """Ask every program that this machine has; raises OpsError LOCKED when that is under way."""
    with io.lock(f"{folder}/.helper.lock"):
        found = units.find(_PACKAGE)
        return [_run(io, name, tool(), folder, interval_seconds) for name, tool in found.items()]


def _run(io: Io, name: str, tool: Tool, folder: str, interval_seconds: float) -> Ran:
    path, program, begun = f"{folder}/tool-{name}.prom", tool.find(io), io.tick()
    if not program:
        io.remove(path)
        return Ran(tool=name, state="absent")
    samples: list[Sample] = []
    cause = ""
    try:
        samples = list(tool.collect(io, program))
    except OpsError as error:
        cause = error.cause
    seconds = round(io.tick() - begun, 3)
    ends = _about(name, not cause, io.now().timestamp(), interval_seconds, seconds)
    io.write(path, expose([*samples, *ends]))
    state = "failed" if cause else "done"
    return Ran(tool=name, state=state, series=len(samples), seconds=seconds, cause=cause)


def _about(
    name: str, success: bool, at: float, interval_seconds: float, seconds: float
) -> Iterable[Sample]:
    label = (("tool", name),)
    yield Sample(_SUCCESS, int(success), label)
    yield Sample(_RUN, round(at, 3), label)
    yield Sample(_INTERVAL, interval_seconds, label)
    yield Sample(_DURATION, seconds, label)
