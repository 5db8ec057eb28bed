"""Redis: memory, saves, replication, evictions and the time of an answer, by INFO."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.core.text import Secret
from hisops.monitor import redis_info
from hisops.monitor.asking import dial, visit
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import redis
from hisops.wire.table import Declined
from hisops.wire.tls import Tls, secure

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_UP = Family("redis_up", "gauge", "Whether the Redis server answers")
_PING = Family("hisops_redis_ping_seconds", "gauge", "Time that the server took to answer PING")
_OPEN = Family(
    "hisops_redis_unauthenticated", "gauge", "Whether INFO was answered without a password"
)
_SLOW = Family("redis_slowlog_length", "gauge", "Entries in the log of slow commands")


class Redis(Probe, frozen=True, kw_only=True):
    """A Redis server, at an address or at the path of its unix socket.

    `user` is for access control lists; with a password alone it is the server's `requirepass`.
    """

    user: str = ""
    password: Secret | None = None
    port: int = 6379
    tls: Tls | None = None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server let us in and told about itself."""
        return await visit(net, _UP, self.timeout.seconds, self._visit(net, endpoint))

    async def _visit(self, net: Net, endpoint: Endpoint) -> Outcome:
        stream = await self._open(net, endpoint)
        try:
            if self.password:
                who = (self.user,) if self.user else ()
                await redis.ask(stream, "AUTH", *who, net.secret(self.password.ref))
            ping = await _ping(net, stream)
            info = redis_info.fields(str(await redis.ask(stream, "INFO")))
            if "redis_version" not in info:
                raise ValueError("INFO names no version")
            found = [Sample(_PING, ping), Sample(_OPEN, int(self.password is None))]
            return Outcome(True, [*found, *redis_info.samples(info), *await _slow(stream)])
        finally:
            stream.close()

    async def _open(self, net: Net, endpoint: Endpoint) -> Stream:
        if self.tls is None:
            return await dial(net, endpoint, self.port)
        ready = partial(dial, net, endpoint, self.port)
        stream, _ = await secure(net, ready, self.tls, endpoint.host)
        return stream


async def _ping(net: Net, stream: Stream) -> float:
    """Seconds that PING took; a server that cannot save answers it with an error (MISCONF)."""
    begun = net.tick()
    with suppress(Declined):
        await redis.ask(stream, "PING")
    return net.tick() - begun


async def _slow(stream: Stream) -> list[Sample]:
    """The length of the slow log, where the role may see it."""
    try:
        length = await redis.ask(stream, "SLOWLOG", "LEN")
    except Declined:
        return []
    return [Sample(_SLOW, length)] if isinstance(length, int) else []
