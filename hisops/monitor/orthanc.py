"""How a module names an Orthanc, and how the canary's studies are removed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.model import Value
from hisops.core.text import Secret
from hisops.monitor.trip import ordered_at
from hisops.wire import orthanc
from hisops.wire.dicom.canary import PATIENT
from hisops.wire.orthanc import Server
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net
    from hisops.wire.orthanc import Study

# A canary that is this old was left behind: no other prober is still at work on it.
OLD_SECONDS = 600.0


class Rest(Value, frozen=True, kw_only=True):
    """Where Orthanc's REST interface is; without a URL at port 8042 of the target."""

    url: str = ""
    user: str = ""
    password: Secret | None = None
    tls: Tls = Tls()

    def server(self, net: Net, host: str) -> Server:
        """The same with the secret behind the reference."""
        place = f"[{host}]" if ":" in host else host
        secret = net.secret(self.password.ref) if self.password else ""
        auth = (self.user, secret) if self.user else None
        return Server(self.url or f"http://{place}:8042", auth, self.tls)


async def remove(net: Net, server: Server, accession: str) -> int:
    """Delete the canary's study, and what older canaries left behind; gives how many are still there.

    Only studies of the canary's patient id with an accession number of ours are ever deleted.
    """
    for study in await _canaries(net, server):
        if study.accession == accession or is_left_behind(study.accession, net.now()):
            await orthanc.delete(net, server, study)
    left = await _canaries(net, server)
    mine = [s for s in left if s.accession == accession]
    return len(mine) + sum(is_left_behind(s.accession, net.now()) for s in left)


def is_left_behind(accession: str, now: float) -> bool:
    """Whether an accession number is of a canary that nobody will come back for."""
    then = ordered_at(accession)
    return then is not None and now - then > OLD_SECONDS


async def _canaries(net: Net, server: Server) -> list[Study]:
    return await orthanc.studies_of(net, server, PATIENT)
