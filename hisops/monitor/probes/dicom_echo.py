"""DICOM C-ECHO: whether an application entity takes an association and answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hisops.monitor.dicom import NAMES, STATUS, association
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire.dicom import service, words
from hisops.wire.dicom.pdu import Context

if TYPE_CHECKING:
    from hisops.core.net import Net


class DicomEcho(Probe, frozen=True, kw_only=True):
    """An association that is accepted, a C-ECHO with status 0, a release.

    An open port proves nothing: a PACS that hangs still takes connections.
    """

    port: int = 104
    called: str = "ANY-SCP"
    calling: str = "HISOPS"

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the status is 0."""

        work = partial(self._echo, net, endpoint)
        return await recorded(net, self.timeout, NAMES, work, (("service", "echo"),))

    async def _echo(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        place, titles = (endpoint.host, endpoint.port(self.port)), (self.calling, self.called)
        async with association(net, record, place, titles, Context(service.VERIFICATION)) as link:
            record.begin("echo")
            status = await service.echo(link)
            record.add(STATUS, status, (("phase", "echo"),))
        return "" if status == service.SUCCESS else f"echo: {words.status(status)}"
