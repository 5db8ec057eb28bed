"""UDP: whether a service answers a datagram as it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.monitor.connection import REGEX, address_samples
from hisops.monitor.pattern import check, matches
from hisops.monitor.probe import Endpoint, Outcome, Probe

if TYPE_CHECKING:
    from hisops.core.net import Net

_SECONDS = Family(
    "hisops_probe_udp_answer_seconds", "gauge", "Time from the datagram to the answer"
)


class Udp(Probe, frozen=True, kw_only=True):
    """An answer to a datagram, given as text or in hexadecimal digits, that matches."""

    port: int = 0
    send: str = ""
    send_hex: str = ""
    expect: str = ""
    tries: int = 2

    def __post_init__(self) -> None:
        check([self.expect])
        bytes.fromhex(self.send_hex)

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when an answer comes and matches; a closed port tells so at once."""
        data = bytes.fromhex(self.send_hex) or self.send.encode()
        start = net.tick()
        peer = await net.peer(endpoint.host, endpoint.port(self.port))
        try:
            found = net.tick()
            patience = self.timeout.seconds / (self.tries + 1)
            answer = await peer.ask(data, lambda _: True, timeout=patience, tries=self.tries)
        finally:
            peer.close()
        samples = [
            *address_samples(peer.address, found - start),
            Sample(_SECONDS, net.tick() - found),
        ]
        text = answer.decode(errors="replace")
        wrong = bool(self.expect) and not matches(self.expect, text)
        samples.append(Sample(REGEX, int(wrong)))
        return Outcome(not wrong, samples, f"it said {text[:80]!r}" if wrong else "")
