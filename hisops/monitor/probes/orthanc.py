"""Orthanc: its own metrics without their timestamps, its version, and jobs that wait or failed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hisops.core.metric import Family
from hisops.core.metric_text import is_name
from hisops.monitor.orthanc import Rest
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import orthanc

if TYPE_CHECKING:
    from hisops.core.net import Net

_UP = Family("hisops_orthanc_up", "gauge", "Whether Orthanc answers as it should")
_SECONDS = Family(
    "hisops_orthanc_duration_seconds", "gauge", "Duration of questions to Orthanc by phase"
)
_INFO = Family("hisops_orthanc_info", "gauge", "Version of Orthanc")
_JOBS = Family("hisops_orthanc_jobs", "gauge", "Jobs in Orthanc's bounded history by state")
_OLDEST = Family(
    "hisops_orthanc_oldest_job_seconds",
    "gauge",
    "Age of the oldest job that is not done, 0 if none",
)
_STATES = ("Pending", "Running", "Success", "Failure", "Paused", "Retry")
_OPEN = ("Pending", "Running", "Retry")
_MOST_SERIES = 200


class _System(msgspec.Struct, frozen=True):
    Version: str = ""


class _Job(msgspec.Struct, frozen=True):
    State: str = ""
    CreationTime: str = ""


class Orthanc(Probe, frozen=True, kw_only=True):
    """What Orthanc says about itself over REST; the target is its address or its URL."""

    rest: Rest = Rest()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when all three questions are answered."""
        return await recorded(net, self.timeout, (_UP, _SECONDS), partial(self._ask, net, endpoint))

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        server = self.rest.server(net, endpoint.host)
        if "://" in endpoint.text and not self.rest.url:
            server = server._replace(url=endpoint.text)
        record.begin("system")
        about = await orthanc.get(net, server, "/system", _System)
        record.begin("metrics")
        page = await orthanc.read(net, server, "/tools/metrics-prometheus")
        record.begin("jobs")
        jobs = await orthanc.get(net, server, "/jobs?expand", list[_Job])
        record.end()
        record.add(_INFO, 1, (("version", about.Version[:60]),))
        for name, value in metrics(page.body.decode(errors="replace")).items():
            record.add(Family(name, "untyped", "Said by Orthanc itself."), value)
        count_jobs(jobs, net.now(), record)
        return ""


def metrics(text: str) -> dict[str, float]:
    """Orthanc's series by name; the time stamps are dropped, with them a dead Orthanc would look alive.

    Prometheus takes explicit time stamps for the truth, and then knows no staleness (hospital.md, 2).
    """
    found: dict[str, float] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) not in (2, 3) or not is_name(words[0]) or not words[0].startswith("orthanc_"):
            continue
        if len(found) == _MOST_SERIES:
            raise ValueError(f"more than {_MOST_SERIES} series")
        found[words[0]] = float(words[1])
    if not found:
        raise ValueError("no series of Orthanc among the metrics")
    return found


def count_jobs(jobs: list[_Job], now: float, record: Record) -> None:
    """Keep the number of jobs by state, and how old the oldest is that is not done."""
    counts = Counter(job.State for job in jobs)
    for state in _STATES:
        record.add(_JOBS, counts[state], (("state", state.lower()),))
    ages = [now - _seconds(job.CreationTime) for job in jobs if job.State in _OPEN]
    record.add(_OLDEST, max(ages, default=0.0))


def _seconds(stamp: str) -> float:
    """Orthanc's `20261125T041232.551023`, which is UTC."""
    return datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp()
