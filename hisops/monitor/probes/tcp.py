"""TCP: whether a port takes connections, and what it says (blackbox_exporter's tcp prober)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.monitor.probe import Endpoint, Outcome, Probe

if TYPE_CHECKING:
    from hisops.core.net import Net

_PHASE = Family("probe_connect_duration_seconds", "gauge", "Duration of the connection by phase")


class Tcp(Probe, frozen=True, kw_only=True):
    """A connection, and with `expect` a first line that matches."""

    port: int = 0
    send: str = ""
    expect: str = ""

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the port answers as expected."""
        stream = await net.connect(endpoint.host, endpoint.port(self.port))
        try:
            samples = [
                Sample(_PHASE, stream.times.resolve, (("phase", "resolve"),)),
                Sample(_PHASE, stream.times.connect, (("phase", "connect"),)),
            ]
            if self.send:
                await stream.send(self.send.encode())
            if self.expect:
                line = (await stream.until(b"\n", 65536)).decode(errors="replace").strip()
                if not re.search(self.expect, line):
                    return Outcome(False, samples, f"said {line[:80]!r}")
            return Outcome(True, samples)
        finally:
            stream.close()
