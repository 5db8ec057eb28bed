"""ICMP echo: reachability, loss, round-trip times and jitter (blackbox_exporter's icmp prober)."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.core.text import Duration
from hisops.monitor.connection import address_samples
from hisops.monitor.place import Place, find_all
from hisops.monitor.probe import Endpoint, Outcome, Probe, finish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.net import Echo, Net

_PHASE = Family("probe_icmp_duration_seconds", "gauge", "Duration of icmp request by phase")
_HOPS = Family("probe_icmp_reply_hop_limit", "gauge", "Replied packet hop limit (TTL for ipv4)")
_SENT = Family("hisops_probe_icmp_sent", "gauge", "Echoes that were sent")
_LOSS = Family("hisops_probe_icmp_loss_ratio", "gauge", "Part of the echoes without an answer")
_MIN = Family("hisops_probe_icmp_rtt_min_seconds", "gauge", "Shortest round-trip time")
_MEAN = Family("hisops_probe_icmp_rtt_mean_seconds", "gauge", "Mean round-trip time")
_MAX = Family("hisops_probe_icmp_rtt_max_seconds", "gauge", "Longest round-trip time")
_JITTER = Family(
    "hisops_probe_icmp_jitter_seconds",
    "gauge",
    "Mean difference between one round-trip time and the next",
)
_RESOLVE, _SETUP, _RTT = ((("phase", name),) for name in ("resolve", "setup", "rtt"))
_NO_RESOLVE, _NO_SETUP = Sample(_PHASE, 0.0, _RESOLVE), Sample(_PHASE, 0.0, _SETUP)
_PATIENCE = 0.8  # of the time-out


class Icmp(Probe, frozen=True, kw_only=True):
    """Answers to `count` echoes, `gap` apart; success when no more than `max_loss` are lost."""

    count: int = 1
    gap: Duration = Duration(0.05)
    payload_size: int = 56
    ttl: int = 64
    max_loss: float = 0.5
    max_mean: Duration | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.max_loss < 1:
            raise ValueError("max_loss: expected a share such as 0.2, from 0 to below 1")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when enough echoes come back, and fast enough."""
        (found,) = await self.probe_all(net, [endpoint])
        return found._replace(samples=found.samples[2:])  # without those of `finish`

    async def probe_all(self, net: Net, endpoints: Sequence[Endpoint]) -> list[Outcome]:
        """Outcomes of all endpoints, whose echoes go through one socket."""
        places = await find_all(net, endpoints, self.timeout.seconds)
        good = [place.address for place in places if not place.problem]
        last = self.gap.seconds * (self.count - 1)
        patience = max(0.05, (self.timeout.seconds - last) * _PATIENCE)
        rounds = [self._round(net, good, at, patience) for at in range(self.count)]
        by_target = iter(zip(*await net.gather(rounds), strict=True))
        outcomes = []
        for place in places:
            if place.problem:
                outcomes.append(finish(Outcome(False, cause=place.problem), place.seconds))
                continue
            echoes = [echo for echo in next(by_target) if echo]
            spent = echoes[-1].seconds + last if len(echoes) == self.count else patience + last
            outcomes.append(finish(self._judge(place, echoes), place.seconds + spent))
        return outcomes

    async def _round(
        self, net: Net, addresses: Sequence[str], at: int, patience: float
    ) -> list[Echo | None]:
        if at:
            await net.sleep(at * self.gap.seconds)
        size = max(16, self.payload_size)
        return await net.ping_all(addresses, timeout=patience, size_bytes=size, ttl=self.ttl)

    def _judge(self, place: Place, echoes: Sequence[Echo]) -> Outcome:
        samples = address_samples(place.address, place.seconds)
        samples += [Sample(_PHASE, place.seconds, _RESOLVE) if place.seconds else _NO_RESOLVE]
        samples.append(_NO_SETUP)
        loss = 1 - len(echoes) / self.count
        if self.count > 1:
            samples += [Sample(_SENT, self.count), Sample(_LOSS, loss)]
        if not echoes:
            return Outcome(False, samples, f"no echo in {self.count}")
        mean = sum(echo.seconds for echo in echoes) / len(echoes)
        samples += [Sample(_PHASE, mean, _RTT), _hops(echoes[-1].ttl)]
        if self.count > 1:
            samples += describe([echo.seconds for echo in echoes])
        if loss > self.max_loss:
            return Outcome(False, samples, f"{loss:.0%} of {self.count} echoes are lost")
        if self.max_mean and mean > self.max_mean.seconds:
            return Outcome(False, samples, f"an echo takes {mean * 1000:.1f} ms on average")
        return Outcome(True, samples)


@lru_cache(maxsize=256)
def _hops(ttl: int) -> Sample:
    return Sample(_HOPS, ttl)


def describe(seconds: Sequence[float]) -> list[Sample]:
    """The series of round-trip times in the order of sending."""
    mean = sum(seconds) / len(seconds)
    steps = [abs(after - before) for before, after in pairwise(seconds)]
    return [
        Sample(_MIN, min(seconds)),
        Sample(_MEAN, mean),
        Sample(_MAX, max(seconds)),
        Sample(_JITTER, sum(steps) / len(steps) if steps else 0.0),
    ]
