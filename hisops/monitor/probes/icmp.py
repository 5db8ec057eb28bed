"""ICMP echo: reachability, loss, round-trip times and jitter (blackbox_exporter's icmp prober)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.core.text import Duration
from hisops.monitor.connection import address_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe

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


class Icmp(Probe, frozen=True, kw_only=True):
    """Answers to `count` echoes, `gap` apart; success when no more than `max_loss` are lost."""

    count: int = 1
    gap: Duration = Duration(0.05)
    payload_size: int = 56
    ttl: int = 64
    max_loss: float = 0.5
    max_mean: Duration | None = None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when enough echoes come back, and fast enough."""
        start = net.tick()
        address = await net.resolve(endpoint.host)
        found = net.tick()
        last = self.gap.seconds * (self.count - 1)
        patience = max(0.1, (self.timeout.seconds - last) * 0.8)
        works = [self._echo(net, address, at, patience) for at in range(self.count)]
        echoes = await net.gather(works)
        samples = [
            *address_samples(address, found - start),
            Sample(_PHASE, found - start, _RESOLVE),
            Sample(_PHASE, 0.0, _SETUP),
        ]
        return self._judge(samples, [echo for echo in echoes if echo])

    async def _echo(self, net: Net, address: str, at: int, patience: float) -> Echo | None:
        if at:
            await net.sleep(at * self.gap.seconds)
        return await net.ping(
            address, timeout=patience, size_bytes=max(16, self.payload_size), ttl=self.ttl
        )

    def _judge(self, samples: list[Sample], echoes: Sequence[Echo]) -> Outcome:
        loss = 1 - len(echoes) / self.count
        samples += [Sample(_SENT, self.count), Sample(_LOSS, loss)]
        if not echoes:
            return Outcome(False, samples, f"no echo in {self.count}")
        samples += describe([echo.seconds for echo in echoes])
        samples.append(Sample(_HOPS, echoes[-1].ttl))
        mean = sum(echo.seconds for echo in echoes) / len(echoes)
        if loss > self.max_loss:
            return Outcome(False, samples, f"{loss:.0%} of {self.count} echoes are lost")
        if self.max_mean and mean > self.max_mean.seconds:
            return Outcome(False, samples, f"an echo takes {mean * 1000:.1f} ms on average")
        return Outcome(True, samples)


def describe(seconds: Sequence[float]) -> list[Sample]:
    """The series of round-trip times in the order of sending."""
    mean = sum(seconds) / len(seconds)
    steps = [abs(after - before) for before, after in pairwise(seconds)]
    return [
        Sample(_PHASE, mean, _RTT),
        Sample(_MIN, min(seconds)),
        Sample(_MEAN, mean),
        Sample(_MAX, max(seconds)),
        Sample(_JITTER, sum(steps) / len(steps) if steps else 0.0),
    ]
