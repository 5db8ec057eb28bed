"""RTSP: whether a camera or recorder serves its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.core.text import Secret
from hisops.monitor.connection import address_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import rtsp

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_STATUS = Family("hisops_probe_rtsp_status_code", "gauge", "Status of the last answer")
_MEDIA = Family("hisops_probe_rtsp_media", "gauge", "Streams in the description by kind")
_PHASE = Family("hisops_probe_rtsp_duration_seconds", "gauge", "Duration of the parts of a probe")
_CONNECT, _OPTIONS, _DESCRIBE = ((("phase", n),) for n in ("connect", "options", "describe"))
_PORT = 554
_OK = 200


class Rtsp(Probe, frozen=True, kw_only=True):
    """OPTIONS, and with `describe` a description that holds these kinds of media."""

    describe: bool = True
    media: tuple[str, ...] = ("video",)
    user: str = ""
    password: Secret | None = None

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the stream is on offer."""
        stream = await net.connect(endpoint.host, endpoint.port(_PORT))
        try:
            return await self._talk(net, stream, endpoint)
        finally:
            stream.close()

    async def _talk(self, net: Net, stream: Stream, endpoint: Endpoint) -> Outcome:
        word = net.secret(self.password.ref) if self.password else ""
        client = rtsp.Client(stream, address(endpoint), self.user, word)
        samples = [
            *address_samples(stream.address, stream.times.resolve),
            Sample(_PHASE, stream.times.connect, _CONNECT),
        ]
        start = net.tick()
        reply = await client.ask("OPTIONS")
        samples.append(Sample(_PHASE, net.tick() - start, _OPTIONS))
        if reply.status == _OK and self.describe:
            start = net.tick()
            reply = await client.ask("DESCRIBE")
            samples.append(Sample(_PHASE, net.tick() - start, _DESCRIBE))
        samples.append(Sample(_STATUS, reply.status))
        if reply.status != _OK:
            return Outcome(False, samples, f"status {reply.status}")
        if not self.describe:
            return Outcome(True, samples)
        found = rtsp.media(reply.body)
        samples += [Sample(_MEDIA, n, (("kind", kind),)) for kind, n in sorted(found.items())]
        missing = [kind for kind in self.media if kind not in found]
        return Outcome(not missing, samples, f"no {', '.join(missing)}" if missing else "")


def address(endpoint: Endpoint) -> str:
    """The stream's address without user and password."""
    rest = endpoint.text.partition("://")[2] or endpoint.text
    place, slash, path = rest.partition("/")
    return f"rtsp://{place.rpartition('@')[2]}{slash}{path}"
