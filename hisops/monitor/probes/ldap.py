"""LDAP: whether a directory lets us in and finds an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from hisops.core.metric import Family, Sample
from hisops.core.text import Secret
from hisops.monitor.connection import address_samples, tls_samples
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import ldap
from hisops.wire.tls import Tls, UntrustedError, secure

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_PHASE = Family("hisops_probe_ldap_duration_seconds", "gauge", "Duration of the parts of a probe")
_ENTRIES = Family("hisops_probe_ldap_entries", "gauge", "Entries that the search found")
_CONNECT, _SHAKE, _BIND, _SEARCH = (
    (("phase", name),) for name in ("connect", "tls", "bind", "search")
)
_PORTS = {"none": 389, "starttls": 389, "tls": 636}
_SCOPES = {"base": ldap.BASE, "one": ldap.ONE, "subtree": ldap.SUBTREE}


class Ldap(Probe, frozen=True, kw_only=True):
    """A bind, and a search that finds at least so many entries; `base: ""` asks the root entry.

    `expect` gives values that an attribute of the first entry must hold, as `attribute: value`.
    """

    security: Literal["none", "starttls", "tls"] = "none"
    tls_config: Tls = Tls()
    user: str = ""
    password: Secret | None = None
    base: str = ""
    scope: Literal["base", "one", "subtree"] = "base"
    attribute: str = "objectClass"
    expect: Mapping[str, str] = {}
    min_entries: int = 1

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the directory answers as expected."""

        async def dial() -> Stream:
            return await self._open(net, endpoint)

        samples: list[Sample] = []
        try:
            if self.security == "none":
                stream = await dial()
            else:
                stream, session = await secure(net, dial, self.tls_config, endpoint.host)
                samples = tls_samples(session, verified=not self.tls_config.insecure_skip_verify)
                samples.append(Sample(_PHASE, session.seconds, _SHAKE))
        except UntrustedError as error:
            return Outcome(False, tls_samples(error.session), error.cause)
        try:
            samples += address_samples(stream.address, stream.times.resolve)
            samples.append(Sample(_PHASE, stream.times.connect, _CONNECT))
            cause = await self._talk(net, stream, samples)
        finally:
            stream.close()
        return Outcome(not cause, samples, cause)

    async def _open(self, net: Net, endpoint: Endpoint) -> Stream:
        stream = await net.connect(endpoint.host, endpoint.port(_PORTS[self.security]))
        cause = ""
        done = False
        try:
            if self.security == "starttls":
                result = await ldap.start_tls(stream)
                cause = "" if result.is_good else f"no STARTTLS: {result.cause}"
            done = not cause
        finally:
            if not done:
                stream.close()
        if cause:
            raise ValueError(cause)
        return stream

    async def _talk(self, net: Net, stream: Stream, samples: list[Sample]) -> str:
        """What is wrong; empty when nothing is."""
        start = net.tick()
        word = net.secret(self.password.ref) if self.password else ""
        bound = await ldap.bind(stream, self.user, word)
        then = net.tick()
        samples.append(Sample(_PHASE, then - start, _BIND))
        if not bound.is_good:
            return f"the bind fails: {bound.cause}"
        wanted = list(self.expect) or ["1.1"]  # no attributes (RFC 4511, 4.5.1.8)
        entries, result = await ldap.search(
            stream, self.base, _SCOPES[self.scope], self.attribute, wanted, self.min_entries + 100
        )
        samples.append(Sample(_PHASE, net.tick() - then, _SEARCH))
        samples.append(Sample(_ENTRIES, len(entries)))
        if not result.is_good and result.code != ldap.SIZE_LIMIT:
            return f"the search fails: {result.cause}"
        if len(entries) < self.min_entries:
            return f"the search finds {len(entries)} of {self.min_entries} entries"
        return self._surprise(entries)

    def _surprise(self, entries: list[ldap.Entry]) -> str:
        for name, value in self.expect.items():
            found = entries[0].attributes.get(name.lower(), ()) if entries else ()
            if value not in found:
                return f"{name} is {', '.join(found)[:80] or 'not there'}"
        return ""
