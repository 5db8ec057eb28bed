"""SSH: banner, and a host key that is the pinned one, proved by the server's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample
from hisops.monitor.connection import REGEX, address_samples
from hisops.monitor.pattern import check, matches
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import ssh, ssh_key

if TYPE_CHECKING:
    from hisops.core.net import Net, Stream

_BANNER = Family("hisops_probe_ssh_banner_info", "gauge", "How the server introduces itself")
_KEY = Family("hisops_probe_ssh_host_key_info", "gauge", "Kind and fingerprint of the host key")
_MATCHES = Family(
    "hisops_probe_ssh_host_key_matches", "gauge", "Whether the host key is one of the pinned ones"
)
_WEAK = Family(
    "hisops_probe_ssh_weak_algorithms", "gauge", "Algorithms on offer that nobody should use"
)
_PORT = 22
_LONGEST_BANNER = 128


class Ssh(Probe, frozen=True, kw_only=True):
    """A banner that matches and a host key with one of these fingerprints (`SHA256:...`).

    Without fingerprints the key is shown, not judged; `check_key: false` reads the banner only.
    """

    expect: str = "^SSH-2.0-"
    fingerprints: tuple[str, ...] = ()
    key_types: tuple[str, ...] = ssh_key.KEYS
    check_key: bool = True

    def __post_init__(self) -> None:
        check([self.expect])
        wrong = [text for text in self.fingerprints if not text.startswith("SHA256:")]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not written as ssh-keygen -l does: SHA256:...")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server is the one that it should be."""
        stream = await net.connect(endpoint.host, endpoint.port(_PORT))
        try:
            banner = await ssh.banner(stream)
            shown = banner.decode(errors="replace")[:_LONGEST_BANNER]
            wrong = not matches(self.expect, shown)
            samples = [
                *address_samples(stream.address, stream.times.resolve),
                Sample(_BANNER, 1, (("banner", shown),)),
                Sample(REGEX, int(wrong)),
            ]
            if wrong:
                return Outcome(False, samples, f"the banner is {shown!r}")
            if not self.check_key:
                return Outcome(True, samples)
            return await self._prove(stream, banner, samples)
        finally:
            stream.close()

    async def _prove(self, stream: Stream, banner: bytes, samples: list[Sample]) -> Outcome:
        key = await ssh_key.prove(stream, banner, self.key_types)
        labels = (("type", key.kind), ("fingerprint", key.fingerprint))
        samples += [Sample(_KEY, 1, labels), Sample(_WEAK, len(key.offer.weak))]
        if not self.fingerprints:
            return Outcome(True, samples)
        is_pinned = key.fingerprint in {text.rstrip("=") for text in self.fingerprints}
        samples.append(Sample(_MATCHES, int(is_pinned)))
        cause = "" if is_pinned else f"another host key: {key.kind} {key.fingerprint}"
        return Outcome(is_pinned, samples, cause)
