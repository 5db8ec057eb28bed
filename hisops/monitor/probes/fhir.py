"""FHIR: whether a server says what it can do, and answers a search that fetches no patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from hisops.core.metric import Family
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.rest import Login, ask
from hisops.wire.json import decode
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net

_UP = Family("hisops_fhir_up", "gauge", "Whether a FHIR server answers as it should")
_SECONDS = Family("hisops_fhir_duration_seconds", "gauge", "Duration of a FHIR exchange by phase")
_INFO = Family("hisops_fhir_info", "gauge", "Version of FHIR and of the server's software")
_ACTIVE = Family("hisops_fhir_active", "gauge", "Whether the capability statement is active")
_MOST_LETTERS = 60


class Statement(msgspec.Struct, frozen=True, rename="camel"):
    """What we read of a CapabilityStatement."""

    resource_type: str = ""
    status: str = ""
    fhir_version: str = ""
    software: Mapping[str, object] = {}


class _Bundle(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str = ""


class Fhir(Probe, frozen=True, kw_only=True):
    """An active CapabilityStatement of the wanted version, and a Bundle without entries.

    The target is the base URL. The search has `_count=0`: no record of a patient is sent.
    """

    version: str = "4.0"
    search: str = "Patient?_count=0"
    login: Login = Login()
    tls: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when both answers are what FHIR wants."""
        return await recorded(net, self.timeout, (_UP, _SECONDS), partial(self._ask, net, endpoint))

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        base = endpoint.text.rstrip("/")
        headers = {"Accept": "application/fhir+json", **self.login.headers(net)}
        reply = await ask(net, record, "metadata", f"{base}/metadata", headers, self.tls)
        cause = judge(decode(reply.body, Statement), self.version, record)
        if cause or not self.search:
            return cause
        reply = await ask(net, record, "search", f"{base}/{self.search}", headers, self.tls)
        found = decode(reply.body, _Bundle).resource_type
        return "" if found == "Bundle" else f"search: the answer is no Bundle but {found[:40]!r}"


def judge(said: Statement, version: str, record: Record) -> str:
    """Why a capability statement is not what it should be; empty when it is."""
    if said.resource_type != "CapabilityStatement":
        return f"metadata: no CapabilityStatement but {said.resource_type[:40]!r}"
    record.add(_ACTIVE, int(said.status == "active"))
    software = (str(said.software.get(key, ""))[:_MOST_LETTERS] for key in ("name", "version"))
    names = ("fhir_version", "software", "version")
    record.add(
        _INFO, 1, tuple(zip(names, (said.fhir_version[:_MOST_LETTERS], *software), strict=True))
    )
    if said.status != "active":
        return f"metadata: the capability statement is {said.status[:40] or 'without status'}"
    if not said.fhir_version.startswith(version):
        return f"metadata: FHIR {said.fhir_version[:40]}, expected {version}"
    return ""
