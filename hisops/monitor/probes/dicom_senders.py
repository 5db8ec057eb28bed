"""Silence and clocks of modalities, told by what reaches the archive: no packet goes to a device."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family
from hisops.core.text import Duration
from hisops.monitor.orthanc import Rest
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.sender import Arrival, Senders, created_at, received_at, title
from hisops.wire import orthanc

if TYPE_CHECKING:
    from hisops.core.net import Net
    from hisops.wire.orthanc import Server

_UP = Family("hisops_senders_up", "gauge", "Whether the archive tells who sends to it")
_SECONDS = Family(
    "hisops_senders_duration_seconds", "gauge", "Duration of questions about senders by phase"
)
_BEHIND = Family("hisops_senders_changes_behind", "gauge", "Changes that were not looked at yet")
_PAGE = 100
_MOST_PAGES = 20
_MOST_SERIES = 60
_FEW = 4

# A module is a value; what it has learned of an archive lives as long as the prober does.
_MEMORY: dict[str, Senders] = {}


class _Change(msgspec.Struct, frozen=True):
    ChangeType: str
    ID: str
    Seq: int


class _Changes(msgspec.Struct, frozen=True):
    Changes: list[_Change]
    Last: int
    Done: bool = True


class _Series(msgspec.Struct, frozen=True):
    Instances: list[str] = []


class _Instance(msgspec.Struct, frozen=True):
    MainDicomTags: Mapping[str, str] = {}


class DicomSenders(Probe, frozen=True, kw_only=True):
    """When each AE title last sent a series to an Orthanc, how many, and how far its clock is off.

    `timezone` is that of the modalities; without it, that of the machine that probes.
    """

    timeout: Duration = Duration(20)
    every: Duration | None = Duration(60)
    rest: Rest = Rest()
    timezone: str = ""
    ignore: tuple[str, ...] = ("HISOPS", "CANARY")
    lookback: int = 2000

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the archive's list of changes could be read."""
        work = partial(self._ask, net, endpoint)
        return await recorded(net, self.timeout, (_UP, _SECONDS), work)

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        server = self.rest.server(net, endpoint.host)
        if "://" in endpoint.text and not self.rest.url:
            server = server._replace(url=endpoint.text)
        senders = _MEMORY.setdefault(server.url, Senders())
        record.begin("changes")
        last = (await orthanc.get(net, server, "/changes?last", _Changes)).Last
        if senders.cursor is None or senders.cursor > last:  # a new database begins at 1
            senders.cursor, senders.start = max(0, last - self.lookback), last
        is_new = senders.cursor >= senders.start
        series, cursor = await _new_series(net, server, senders.cursor)
        record.begin("series")
        found = await net.gather([self._arrival(net, server, one) for one in series], limit=_FEW)
        senders.add((one for one in found if one), count=is_new)
        senders.cursor = cursor
        record.samples += senders.samples()
        record.add(_BEHIND, max(0, last - cursor))
        return ""

    async def _arrival(self, net: Net, server: Server, series: str) -> Arrival | None:
        """Its newest instance; None when it has been deleted, or came by another way than DICOM."""
        try:
            instances = (await orthanc.get(net, server, f"/series/{series}", _Series)).Instances
            if not instances:
                return None
            path = f"/instances/{_id(instances[-1])}"
            tags = (await orthanc.get(net, server, path, _Instance)).MainDicomTags
            more = await orthanc.get(net, server, f"{path}/metadata?expand", dict[str, str])
        except OpsError as error:
            if error.code is Exit.REFUSED:
                return None
            raise
        ae = title(more.get("RemoteAET", ""))
        if ae == "?" or ae in self.ignore:
            return None
        date, time = (tags.get(f"InstanceCreation{part}", "") for part in ("Date", "Time"))
        received = received_at(more.get("ReceptionDate", ""))
        return Arrival(ae, received, created_at(date, time, self.timezone))


async def _new_series(net: Net, server: Server, since: int) -> tuple[list[str], int]:
    """Series that are new after a change, bounded in number, and the change that it goes up to."""
    found: list[str] = []
    for _ in range(_MOST_PAGES):
        path = f"/changes?since={since}&limit={_PAGE}"
        page = await orthanc.get(net, server, path, _Changes)
        for change in page.Changes:
            since = max(since, change.Seq)
            if change.ChangeType == "NewSeries":
                found.append(_id(change.ID))
                if len(found) == _MOST_SERIES:
                    return found, since
        if page.Done or not page.Changes:
            break
    return found, since


def _id(text: str) -> str:
    """An id of Orthanc, safe inside of a path; raises ValueError."""
    if not text.replace("-", "").isalnum():
        raise ValueError("an id with letters that it cannot have")
    return text
