"""SMTP: whether a mail server takes connections, offers what it should, and can turn to TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hisops.core.metric import Family, Sample
from hisops.core.text import Secret
from hisops.monitor.connection import address_samples, tls_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import line_reply
from hisops.wire.tls import Session, Tls, UntrustedError, secure

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_PHASE = Family("hisops_probe_smtp_duration_seconds", "gauge", "Duration of the parts of a probe")
_SIZE = Family("hisops_probe_smtp_size_limit_bytes", "gauge", "Largest mail that the server takes")
_CONNECT, _GREETING, _EHLO, _SHAKE = (
    (("phase", name),) for name in ("connect", "greeting", "ehlo", "tls")
)
_READY, _OK, _AUTHENTICATED = 220, 250, 235
_PORTS = {"none": 25, "starttls": 587, "tls": 465}


class Smtp(Probe, frozen=True, kw_only=True):
    """A greeting, EHLO with the wanted extensions, TLS, and a login if asked; no mail is sent."""

    security: Literal["none", "starttls", "tls"] = "none"
    tls_config: Tls = Tls()
    name: str = "hisops"
    extensions: tuple[str, ...] = ()
    user: str = ""
    password: Secret | None = None

    def __post_init__(self) -> None:
        if self.user and self.security == "none":
            raise ValueError("a login needs security: starttls or tls")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when mail could be handed over."""
        samples: list[Sample] = []

        async def dial() -> Stream:
            return await self._open(net, endpoint, samples)

        try:
            if self.security == "none":
                stream, session = await dial(), None
            else:
                stream, session = await secure(net, dial, self.tls_config, endpoint.host)
        except UntrustedError as error:
            return Outcome(False, tls_samples(error.session), error.cause)
        try:
            return await self._talk(net, stream, session, samples)
        finally:
            stream.close()

    async def _open(self, net: Net, endpoint: Endpoint, samples: list[Sample]) -> Stream:
        """A connection on which TLS may begin, or the mail dialogue without TLS."""
        stream = await net.connect(endpoint.host, endpoint.port(_PORTS[self.security]))
        done = False
        try:
            samples[:] = [
                *address_samples(stream.address, stream.times.resolve),
                Sample(_PHASE, stream.times.connect, _CONNECT),
            ]
            if self.security != "tls":
                await self._greet(net, stream, samples)
            if self.security == "starttls":
                _expect(await line_reply.command(stream, f"EHLO {self.name}"), _OK)
                _expect(await line_reply.command(stream, "STARTTLS"), _READY)
            done = True
        finally:
            if not done:
                stream.close()
        return stream

    async def _greet(self, net: Net, stream: Stream, samples: list[Sample]) -> None:
        start = net.tick()
        _expect(await line_reply.receive(stream), _READY)
        samples.append(Sample(_PHASE, net.tick() - start, _GREETING))

    async def _talk(
        self, net: Net, stream: Stream, session: Session | None, samples: list[Sample]
    ) -> Outcome:
        if self.security == "tls":
            await self._greet(net, stream, samples)
        if session:
            samples.append(Sample(_PHASE, session.seconds, _SHAKE))
            samples += tls_samples(session, verified=not self.tls_config.insecure_skip_verify)
        start = net.tick()
        reply = await line_reply.command(stream, f"EHLO {self.name}")
        _expect(reply, _OK)
        samples.append(Sample(_PHASE, net.tick() - start, _EHLO))
        offered = {line.split()[0].upper(): line for line in reply.lines[1:] if line.strip()}
        size = offered.get("SIZE", "").split()[1:]
        if size and size[0].isdecimal():
            samples.append(Sample(_SIZE, int(size[0])))
        missing = [name for name in self.extensions if name.upper() not in offered]
        cause = f"it does not offer {', '.join(missing)}" if missing else ""
        if not cause and self.user:
            cause = await self._log_in(net, stream)
        await stream.send(b"QUIT\r\n")
        return Outcome(not cause, samples, cause)

    async def _log_in(self, net: Net, stream: Stream) -> str:
        from base64 import b64encode

        word = net.secret(self.password.ref) if self.password else ""
        plain = b64encode(f"\0{self.user}\0{word}".encode()).decode()
        reply = await line_reply.command(stream, f"AUTH PLAIN {plain}")
        return "" if reply.code == _AUTHENTICATED else f"the login fails: {reply.text}"


def _expect(reply: line_reply.LineReply, code: int) -> None:
    if reply.code != code:
        raise ValueError(f"{reply.text} where {code} belongs")
