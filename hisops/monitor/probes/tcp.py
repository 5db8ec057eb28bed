"""TCP: whether a port takes connections, and what it says (blackbox_exporter's tcp prober)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.core.model import Value
from hisops.monitor.connection import REGEX, address_samples, tls_samples
from hisops.monitor.pattern import check, compiled
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire.tls import Session, Tls, UntrustedError, secure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.net import Net, Stream

_PHASE = Family("probe_connect_duration_seconds", "gauge", "Duration of the connection by phase")
_RESOLVE, _CONNECT, _TLS = ((("phase", name),) for name in ("resolve", "connect", "tls"))
_LONGEST_LINE = 65536
_MOST_LINES = 1000
_PATIENCE = 0.8  # of the time-out: the cause can still name what was said
_GROUP = re.compile(r"\$\{(\w+)\}")


class Step(Value, frozen=True, kw_only=True):
    """One step of a dialogue: wait for a line, then send one, or turn to TLS.

    `${1}` in `send` stands for the first group of the line that matched.
    """

    expect: str = ""
    send: str = ""
    starttls: bool = False

    def __post_init__(self) -> None:
        check([self.expect])


class Tcp(Probe, frozen=True, kw_only=True):
    """A connection, with TLS if asked, and a dialogue that goes as written."""

    port: int = 0
    tls: bool = False
    tls_config: Tls = Tls()
    query_response: tuple[Step, ...] = ()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the port answers as expected."""
        upgrade = next((at for at, step in enumerate(self.query_response) if step.starttls), -1)
        before, after = self.query_response[: upgrade + 1], self.query_response[upgrade + 1 :]
        host = endpoint.host

        async def dial() -> Stream:
            stream = await net.connect(host, endpoint.port(self.port))
            await self._talk(net, stream, before)
            return stream

        session = None
        samples: list[Sample] = []
        try:
            if self.tls or before:
                stream, session = await secure(net, dial, self.tls_config, host)
            else:
                stream = await dial()
            samples += self._describe(stream, session)
            await self._talk(net, stream, after)
            stream.close()
        except UntrustedError as error:
            return Outcome(False, tls_samples(error.session), error.cause)
        except UnexpectedError as error:
            return Outcome(False, [*samples, Sample(REGEX, 1)], error.cause)
        return Outcome(True, [*samples, Sample(REGEX, 0)])

    async def _talk(self, net: Net, stream: Stream, steps: Iterable[Step]) -> None:
        """Go through steps; closes the connection where it does not come to the end."""
        done = False
        try:
            for step in steps:
                found = await self._hear(net, stream, step.expect) if step.expect else None
                if step.send:
                    await stream.send(_filled(step.send, found).encode() + b"\n")
            done = True
        finally:
            if not done:
                stream.close()

    async def _hear(self, net: Net, stream: Stream, expect: str) -> re.Match[str]:
        """The first line that matches; others are skipped as blackbox_exporter does."""
        last = ""
        patience = self.timeout.seconds * _PATIENCE
        try:
            for _ in range(_MOST_LINES):
                line = await net.within(patience, stream.until(b"\n", _LONGEST_LINE))
                last = line.decode(errors="replace").rstrip("\r\n")
                if found := compiled(expect).search(last):
                    return found
        except (TimeoutError, ValueError):
            pass  # told below, with what it said last
        raise UnexpectedError(
            f"it said {last[:80]!r}, not {expect!r}" if last else f"it said nothing like {expect!r}"
        )

    def _describe(self, stream: Stream, session: Session | None) -> list[Sample]:
        times = stream.times
        samples = [
            *address_samples(stream.address, times.resolve),
            Sample(_PHASE, times.resolve, _RESOLVE),
            Sample(_PHASE, times.connect, _CONNECT),
        ]
        if session:
            samples.append(Sample(_PHASE, session.seconds, _TLS))
            samples += tls_samples(session, verified=not self.tls_config.insecure_skip_verify)
        return samples


class UnexpectedError(OpsError):
    """The peer says something else than the dialogue expects."""


def _filled(text: str, found: re.Match[str] | None) -> str:
    """What is sent, with groups of the matched line in place of `${1}`."""
    if found is None:
        return text
    groups = found.groupdict() | {str(n): found[n] for n in range(found.re.groups + 1)}
    return _GROUP.sub(lambda mark: groups.get(mark[1]) or "", text)
