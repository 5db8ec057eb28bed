"""NTP: whether a time server serves, and how far its time is from ours."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.core.text import Duration, span
from hisops.monitor.connection import address_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import ntp

if TYPE_CHECKING:
    from hisops.core.net import Net, Peer

_OFFSET = Family(
    "hisops_probe_ntp_offset_seconds", "gauge", "How far the server's time is ahead of ours"
)
_DELAY = Family(
    "hisops_probe_ntp_rtt_seconds", "gauge", "Round-trip time without the server's share"
)
_STRATUM = Family(
    "hisops_probe_ntp_stratum", "gauge", "Distance from a reference clock, 16 is none"
)
_LEAP = Family("hisops_probe_ntp_leap", "gauge", "Leap indicator, 3 is not synchronised")
_ROOT_DELAY = Family(
    "hisops_probe_ntp_root_delay_seconds", "gauge", "Round-trip time to the reference clock"
)
_DISPERSION = Family(
    "hisops_probe_ntp_root_dispersion_seconds", "gauge", "Largest error to the reference clock"
)
_AGE = Family(
    "hisops_probe_ntp_reference_age_seconds", "gauge", "Time since the server was last set"
)
_PORT = 123


class Ntp(Probe, frozen=True, kw_only=True):
    """A server that is synchronised, near enough to our time and to its reference."""

    max_offset: Duration = Duration(1)
    max_stratum: int = 10
    max_dispersion: Duration = Duration(1)
    tries: int = 2

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the time may be taken from it."""
        start = net.tick()
        peer = await net.peer(endpoint.host, endpoint.port(_PORT))
        try:
            found = net.tick()
            answer = await self._ask(net, peer)
        finally:
            peer.close()
        samples = [*address_samples(peer.address, found - start), *describe(answer)]
        cause = self._complaint(answer)
        return Outcome(not cause, samples, cause)

    async def _ask(self, net: Net, peer: Peer) -> ntp.Answer:
        """One exchange; each try has a question of its own, so that the times belong together."""
        patience = self.timeout.seconds / (self.tries + 1)
        for left in range(self.tries - 1, -1, -1):
            cookie = os.urandom(8)
            sent = net.now()
            try:
                data = await peer.ask(
                    ntp.ask(cookie),
                    partial(ntp.accepts, cookie),
                    timeout=patience,
                )
                return ntp.parse(data, sent, net.now())
            except TimeoutError:
                if not left:
                    raise
        raise TimeoutError

    def _complaint(self, answer: ntp.Answer) -> str:
        if answer.problem:
            return answer.problem
        if answer.stratum > self.max_stratum:
            return f"stratum {answer.stratum} is above {self.max_stratum}"
        if abs(answer.offset_seconds) > self.max_offset.seconds:
            side = "ahead of" if answer.offset_seconds > 0 else "behind"
            return f"its time is {span(abs(answer.offset_seconds))} {side} ours"
        if answer.root_dispersion_seconds > self.max_dispersion.seconds:
            return f"its own error may be {span(answer.root_dispersion_seconds)}"
        return ""


def describe(answer: ntp.Answer) -> list[Sample]:
    """The series of one answer."""
    return [
        Sample(_OFFSET, answer.offset_seconds),
        Sample(_DELAY, answer.delay_seconds),
        Sample(_STRATUM, answer.stratum),
        Sample(_LEAP, answer.leap),
        Sample(_ROOT_DELAY, answer.root_delay_seconds),
        Sample(_DISPERSION, answer.root_dispersion_seconds),
        Sample(_AGE, answer.reference_age_seconds),
    ]
