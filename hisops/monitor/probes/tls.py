"""TLS: reachable, trusted and not expired as three results; old versions and weak ciphers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.core.text import Duration, span
from hisops.monitor.connection import address_samples, tls_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import starttls, tls_hello
from hisops.wire.certificate import weaknesses
from hisops.wire.starttls import StartTls
from hisops.wire.tls import Session, Verdict, inspect
from hisops.wire.tls import Tls as Options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.net import Net, Stream

_REACHABLE = Family("hisops_probe_tls_reachable", "gauge", "Whether a handshake can be finished")
_SECONDS = Family("hisops_probe_tls_handshake_seconds", "gauge", "Duration of the handshake")
_ACCEPTS = Family(
    "hisops_probe_tls_accepts_version", "gauge", "Whether the server takes an outdated version"
)
_CIPHERS = Family(
    "hisops_probe_tls_accepts_cipher", "gauge", "Whether the server takes a weak kind of cipher"
)
_WEAK = Family(
    "hisops_probe_tls_certificate_weaknesses", "gauge", "Short keys and old digests in the chain"
)
_PORT = 443
_PARTS = 16  # of the time-out for each hello: all of them together leave half of it


class Tls(Probe, frozen=True, kw_only=True):
    """A certificate that is trusted, of the right name and good for `min_validity` more.

    With `scan`, outdated versions and weak ciphers are tried too, each on a connection of its own;
    taking one is a finding (`hisops_probe_tls_accepts_*`), and with `fail_if_weak` a failure.
    """

    timeout: Duration = Duration(10)
    starttls: StartTls = StartTls.NONE
    tls_config: Options = Options()
    min_validity: Duration = Duration(0)
    scan: bool = True
    fail_if_weak: bool = False

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when a client would accept the peer, and for long enough."""
        stream, session = await inspect(
            net, lambda: self._dial(net, endpoint), self.tls_config, endpoint.host
        )
        stream.close()
        weak = [why for one in session.chain for why in weaknesses(one)]
        samples = [
            *address_samples(stream.address, stream.times.resolve),
            Sample(_REACHABLE, 1),
            Sample(_SECONDS, session.seconds),
            Sample(_WEAK, len(weak)),
            *tls_samples(session, verified=not self.tls_config.insecure_skip_verify),
        ]
        found = await self._scan(net, endpoint) if self.scan else {}
        samples += [Sample(*key, value) for key, value in _flat(found)]
        cause = self._complaint(session, net.now())
        if not cause and self.fail_if_weak:
            taken = [name for (_, name), accepted in found.items() if accepted]
            cause = f"it still takes {', '.join(taken)}" if taken else ", ".join(weak)
        return Outcome(not cause, samples, cause)

    async def _dial(self, net: Net, endpoint: Endpoint) -> Stream:
        stream = await net.connect(endpoint.host, endpoint.port(_PORT))
        agreed = False
        try:
            await starttls.ask(stream, self.starttls)
            agreed = True
        finally:
            if not agreed:
                stream.close()
        return stream

    def _complaint(self, session: Session, now: float) -> str:
        if session.verdict is not Verdict.GOOD:
            return session.reason
        rest = session.earliest_expiry - now
        if rest < self.min_validity.seconds:
            return f"the certificate runs out in {span(max(0.0, rest))}"
        return ""

    async def _scan(self, net: Net, endpoint: Endpoint) -> dict[tuple[Family, str], bool]:
        """What the server takes that it should not; an unreadable answer counts as a refusal."""
        found = {}
        name = self.tls_config.server_name or endpoint.host
        for version in tls_hello.OLD_VERSIONS:
            hello = tls_hello.old(version, name, os.urandom(32))
            answer = await self._hello(net, endpoint, hello)
            found[_ACCEPTS, version] = tls_hello.takes_old(version, answer)
        for kind in tls_hello.WEAK_SUITES:
            hello = tls_hello.weak(kind, name, os.urandom(32))
            answer = await self._hello(net, endpoint, hello)
            found[_CIPHERS, kind] = tls_hello.takes_weak(kind, answer)
        return found

    async def _hello(self, net: Net, endpoint: Endpoint, hello: bytes) -> tls_hello.Hello | None:
        patience = self.timeout.seconds / _PARTS
        try:
            return await net.within(patience, self._ask(net, endpoint, hello))
        except (OSError, ValueError, OpsError):
            return None  # many servers hang up, some say nothing at all

    async def _ask(self, net: Net, endpoint: Endpoint, hello: bytes) -> tls_hello.Hello | None:
        stream = await self._dial(net, endpoint)
        try:
            await stream.send(hello)
            return await tls_hello.answer(stream)
        finally:
            stream.close()


def _flat(
    found: dict[tuple[Family, str], bool],
) -> Iterable[tuple[tuple[Family, float], tuple[tuple[str, str], ...]]]:
    for (family, name), accepted in found.items():
        label = "version" if family is _ACCEPTS else "kind"
        yield (family, int(accepted)), ((label, name),)
