"""DICOM C-FIND: whether a worklist or an archive answers queries, and ends them with success."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from hisops.monitor.dicom import CANARY, ITEMS, NAMES, STATUS, association
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire.dicom import canary, service, words
from hisops.wire.dicom.dataset import ACCESSION, DataSet, string
from hisops.wire.dicom.pdu import Context

if TYPE_CHECKING:
    from hisops.core.net import Net
    from hisops.wire.dicom.association import Association

_SOPS = {"worklist": service.WORKLIST, "study": service.STUDY_FIND}


class DicomFind(Probe, frozen=True, kw_only=True):
    """A query whose final status is success, with at least so many answers, and with the canary.

    A worklist server that cannot read its folder answers C-ECHO with success and C-FIND with no
    items: only the final status tells that from a day without patients.
    """

    port: int = 104
    called: str = "ANY-SCP"
    calling: str = "HISOPS"
    model: Literal["worklist", "study"] = "worklist"
    station: str = ""
    day: Literal["today", "any"] = "today"
    at_least: int = 0
    most: int = 5000
    canary: str = ""

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when every query ended with status 0 and the wanted items are there."""

        work = partial(self._ask, net, endpoint)
        return await recorded(net, self.timeout, NAMES, work, (("service", self.model),))

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        place, titles = (endpoint.host, endpoint.port(self.port)), (self.calling, self.called)
        async with association(net, record, place, titles, Context(_SOPS[self.model])) as link:
            return await self._query(net, link, record)

    async def _query(self, net: Net, link: Association, record: Record) -> str:
        # A modality asks by its own calendar; so does the machine that probes.
        today = datetime.fromtimestamp(net.now()).astimezone().strftime("%Y%m%d")
        record.begin("find")
        keys = self._keys("", today if self.day == "today" else "")
        found = await service.find(link, _SOPS[self.model], keys, self.most)
        record.add(STATUS, found.status, (("phase", "find"),))
        if found.status != service.SUCCESS:
            return f"find: {words.status(found.status)} after {len(found.items)} items"
        record.add(ITEMS, len(found.items), (("model", self.model),))
        if len(found.items) < self.at_least:
            return f"find: {len(found.items)} items, expected at least {self.at_least}"
        return await self._look_for_canary(link, record) if self.canary else ""

    async def _look_for_canary(self, link: Association, record: Record) -> str:
        record.begin("canary")
        found = await service.find(link, _SOPS[self.model], self._keys(self.canary, ""), 100)
        record.add(STATUS, found.status, (("phase", "canary"),))
        if found.status != service.SUCCESS:
            return f"canary: {words.status(found.status)}"
        is_there = any(string(item, ACCESSION) == self.canary for item in found.items)
        record.add(CANARY, int(is_there))
        return "" if is_there else f"canary: nothing has the accession number {self.canary}"

    def _keys(self, accession: str, day: str) -> DataSet:
        if self.model == "study":
            return canary.study_query(accession=accession, day=day)
        return canary.worklist_query(accession, "" if accession else self.station, day)
