"""HTTP interfaces of clinical systems: where one is, who we are to it, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Value
from hisops.core.text import Secret
from hisops.wire.http import Reply, fetch
from hisops.wire.http_message import basic
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from hisops.core.net import Net
    from hisops.monitor.phase import Record


class Login(Value, frozen=True, kw_only=True):
    """A user with a password, or a bearer token."""

    user: str = ""
    password: Secret | None = None
    token: Secret | None = None

    def headers(self, net: Net) -> dict[str, str]:
        """The header that says who we are; none without user and token."""
        if self.token:
            return {"Authorization": f"Bearer {net.secret(self.token.ref)}"}
        if self.user:
            secret = net.secret(self.password.ref) if self.password else ""
            return {"Authorization": basic(self.user, secret)}
        return {}


async def ask(
    net: Net, record: Record, phase: str, url: str, headers: dict[str, str], tls: Tls
) -> Reply:
    """The answer to a GET as a phase that lasts until the next; raises OpsError for a status that is no success."""
    record.begin(phase)
    reply = await fetch(net, url, headers=headers, tls=tls)
    if not reply.is_ok:
        raise OpsError(f"status {reply.status}", code=Exit.REFUSED)
    return reply
