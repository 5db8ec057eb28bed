"""DICOM C-STORE: whether an archive keeps a picture, finds it again, and lets go of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.text import Duration
from hisops.monitor import orthanc
from hisops.monitor.dicom import NAMES
from hisops.monitor.journey import Find, Store
from hisops.monitor.orthanc import Rest
from hisops.monitor.phase import Record, explain, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.trip import Trip

if TYPE_CHECKING:
    from hisops.core.net import Net

# The rest of the time is for the clean-up, which must not fall to a slow archive.
_SHARE = 0.6


class DicomStore(Probe, frozen=True, kw_only=True):
    """A small synthetic picture that is stored, found by its accession number, and deleted.

    Only Orthanc can be asked to delete it (`orthanc`); elsewhere a rule of the archive must remove
    studies of the patient HISOPS-CANARY. Point it only at archives whose owners agreed to that.
    """

    port: int = 104
    called: str = "ANY-SCP"
    calling: str = "HISOPS"
    find: bool = True
    orthanc: Rest | None = None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when each step does what it should; what was stored is removed in any case."""
        work = partial(self._steps, net, endpoint)
        return await recorded(net, self.timeout, NAMES, work, (("service", "store"),))

    async def _steps(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        trip = Trip(net, endpoint.host)
        share = Duration(self.timeout.seconds * _SHARE)
        try:
            port = endpoint.port(self.port)
            cause = await net.within(share.seconds, self._keep(trip, port, record))
        except (OpsError, OSError, ValueError) as error:
            cause = f"{record.phase}: {trip.waits_for or explain(error, share)}"
        if self.orthanc and trip.is_stored:
            record.begin("clean-up")
            server = self.orthanc.server(net, endpoint.host)
            left = await orthanc.remove(net, server, trip.accession)
            cause = cause or (f"clean-up: {left} studies are still there" if left else "")
        return cause

    async def _keep(self, trip: Trip, port: int, record: Record) -> str:
        record.begin("store")
        store = Store(port=port, called=self.called, calling=self.calling)
        if cause := await store.go(trip):
            return f"store: {cause}"
        if not self.find:
            return ""
        record.begin("find")
        find = Find(port=port, called=self.called, calling=self.calling)
        cause = await find.go(trip)
        return f"find: {cause}" if cause else ""
