"""Orthanc's REST interface, as far as a probe needs it (orthanc.uclouvain.be/book/users/rest.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from hisops.core.errors import Exit, OpsError
from hisops.wire.http import Reply, fetch
from hisops.wire.http_message import basic
from hisops.wire.json import decode
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net

T = TypeVar("T")
_PLAIN = Tls()


class Server(NamedTuple):
    """Where an Orthanc is, and who we are to it."""

    url: str
    auth: tuple[str, str] | None = None
    tls: Tls = _PLAIN


class Study(msgspec.Struct, frozen=True):
    """A study: Orthanc's own id, and the tags that tell whose it is."""

    id: str = msgspec.field(name="ID")
    study: Mapping[str, str] = msgspec.field(name="MainDicomTags", default_factory=dict)
    patient: Mapping[str, str] = msgspec.field(name="PatientMainDicomTags", default_factory=dict)

    @property
    def accession(self) -> str:
        """The accession number."""
        return self.study.get("AccessionNumber", "")


async def studies_of(net: Net, server: Server, patient: str, most: int = 200) -> list[Study]:
    """At most so many studies of exactly this patient id, whatever the server takes as a match."""
    question = {"Level": "Study", "Expand": True, "Limit": most, "Query": {"PatientID": patient}}
    reply = await _call(net, server, "POST", "/tools/find", msgspec.json.encode(question))
    found = decode(reply.body, list[Study])
    return [study for study in found if study.patient.get("PatientID") == patient]


async def delete(net: Net, server: Server, study: Study) -> None:
    """Remove a study; raises OpsError when the server does not."""
    if not study.id.replace("-", "").isalnum():
        raise ValueError("an id of a study with letters that it cannot have")
    await _call(net, server, "DELETE", f"/studies/{study.id}")


async def get(net: Net, server: Server, path: str, kind: type[T]) -> T:
    """The JSON at a path; raises OpsError for another status than 200, ValueError for other JSON."""
    return decode((await read(net, server, path)).body, kind)


async def read(net: Net, server: Server, path: str) -> Reply:
    """What stands at a path; raises OpsError for another status than 200."""
    return await _call(net, server, "GET", path)


async def _call(net: Net, server: Server, method: str, path: str, body: bytes = b"") -> Reply:
    url = server.url.rstrip("/") + path
    headers = {"Content-Type": "application/json"} if body else {}
    if server.auth:
        headers["Authorization"] = basic(*server.auth)
    reply = await fetch(net, url, method=method, headers=headers, body=body, tls=server.tls)
    if not reply.is_ok:
        cause = f"{method} {path} is answered with status {reply.status}"
        raise OpsError(cause, code=Exit.REFUSED)
    return reply
