"""DICOMweb: whether an archive answers a query over HTTP (QIDO-RS, PS3.18, 10.6)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.rest import Login, ask
from hisops.wire.json import decode
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net

_UP = Family("hisops_dicomweb_up", "gauge", "Whether a DICOMweb service answers as it should")
_SECONDS = Family(
    "hisops_dicomweb_duration_seconds", "gauge", "Duration of a DICOMweb exchange by phase"
)
_STUDIES = Family("hisops_dicomweb_studies", "gauge", "Studies in the answer, at most the limit")
_NO_CONTENT = 204


class Dicomweb(Probe, frozen=True, kw_only=True):
    """A list of at most one study; the target is the base URL of the service."""

    query: str = "studies?limit=1"
    at_least: int = 0
    login: Login = Login()
    tls: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the answer is a list in DICOM's JSON."""
        return await recorded(net, self.timeout, (_UP, _SECONDS), partial(self._ask, net, endpoint))

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        url = f"{endpoint.text.rstrip('/')}/{self.query}"
        headers = {"Accept": "application/dicom+json", **self.login.headers(net)}
        reply = await ask(net, record, "query", url, headers, self.tls)
        # PS3.18 lets a server without matches answer 204 and nothing.
        body = b"[]" if reply.status == _NO_CONTENT else reply.body
        found = decode(body, list[dict[str, object]])
        record.add(_STUDIES, len(found))
        if len(found) < self.at_least:
            return f"query: {len(found)} studies, expected at least {self.at_least}"
        return ""
