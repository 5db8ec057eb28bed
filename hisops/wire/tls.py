"""TLS towards a peer that may be wrong: reachable, trusted and not expired are three answers.

A client that verifies as usual learns nothing from an expired certificate but an error. Here the
first connection verifies all but the dates (which are compared afterwards); where even that fails,
a second one without verification reads what the peer sends. Nothing is sent over the second.
"""

from __future__ import annotations

import ssl
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Value
from hisops.core.text import span
from hisops.wire import tls_context as contexts
from hisops.wire.certificate import Certificate, sent, verified
from hisops.wire.tls_context import Version

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hisops.core.net import Net, Stream

# Codes of X509_V_ERR_* (openssl, x509_vfy.h).
_HOST, _EMAIL, _ADDRESS = 62, 63, 64
_WEAK_CODES = frozenset((66, 67, 68))  # key of the peer, key of an authority, digest


class Verdict(Enum):
    """What a certificate is worth."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    UNTRUSTED = "untrusted"
    WEAK = "weak"


class Tls(Value, frozen=True, kw_only=True):
    """How a peer is verified, and who we are to it: blackbox_exporter's tls_config."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    server_name: str = ""
    insecure_skip_verify: bool = False
    min_version: Version = Version.TLS12
    max_version: Version | None = None

    def elsewhere(self) -> Tls:
        """The same towards another host than the one it was written for."""
        return Tls(
            ca_file=self.ca_file,
            insecure_skip_verify=self.insecure_skip_verify,
            min_version=self.min_version,
            max_version=self.max_version,
        )

    def context(self, net: Net) -> ssl.SSLContext:
        """What Net.connect takes, with dates left unchecked; raises OpsError for bad files."""
        paths = (self.ca_file, self.cert_file, self.key_file)
        texts = tuple(net.read(path) if path else "" for path in paths)
        lowest = contexts.number(self.min_version)
        highest = contexts.number(self.max_version) if self.max_version else 0
        return contexts.build(paths, texts, not self.insecure_skip_verify, lowest, highest)


class Session(NamedTuple):
    """A handshake that was finished, and what the certificate is worth."""

    verdict: Verdict
    reason: str
    version: str
    cipher: str
    chain: tuple[Certificate, ...]
    trusted_chain: tuple[Certificate, ...]
    seconds: float

    @property
    def is_trusted(self) -> bool:
        """Whether authority and name are right, whatever the dates say."""
        return bool(self.trusted_chain)

    @property
    def earliest_expiry(self) -> float:
        """When the first certificate that the peer sends runs out, seconds since 1970."""
        return min((one.not_after for one in self.chain), default=0.0)


class UntrustedError(OpsError):
    """The peer finished a handshake, but its certificate is not accepted."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.reason, code=Exit.REFUSED)
        self.session = session


async def secure(
    net: Net, dial: Callable[[], Awaitable[Stream]], tls: Tls, name: str
) -> tuple[Stream, Session]:
    """A connection that is ready to be used; raises UntrustedError, or OpsError without a handshake.

    `dial` gives a connection on which TLS is to start; it may be asked a second time.
    """
    stream, session = await inspect(net, dial, tls, name)
    if session.verdict is Verdict.GOOD:
        return stream, session
    stream.close()
    raise UntrustedError(session)


async def inspect(
    net: Net, dial: Callable[[], Awaitable[Stream]], tls: Tls, name: str
) -> tuple[Stream, Session]:
    """A connection to look at, whatever its certificate is worth; raises OpsError without any."""
    context = tls.context(net)
    name = tls.server_name or name
    try:
        stream, seconds = await _shake(net, dial, context, name)
    except ssl.SSLCertVerificationError as error:
        verdict, reason = _judge_error(error)
        refusal: ssl.SSLError = error
    except ssl.SSLError as error:
        verdict, reason = Verdict.WEAK, f"only with outdated TLS ({_word(error)})"
        refusal = error
    else:
        return stream, _judge(stream, seconds, net.now(), tls)
    try:
        stream, seconds = await _shake(net, dial, contexts.lenient(), name)
    except ssl.SSLError:
        cause = f"no TLS handshake: {_word(refusal)}"
        raise OpsError(cause, code=Exit.UNREACHABLE) from None
    return stream, _session(stream, seconds, verdict, reason, ())


async def _shake(
    net: Net, dial: Callable[[], Awaitable[Stream]], context: ssl.SSLContext, name: str
) -> tuple[Stream, float]:
    stream = await dial()
    done = False
    try:
        start = net.tick()
        await stream.start_tls(context, name)
        done = True
        return stream, net.tick() - start
    finally:
        if not done:
            stream.close()


def _judge(stream: Stream, seconds: float, now: float, tls: Tls) -> Session:
    if tls.insecure_skip_verify or stream.tls is None:
        return _session(stream, seconds, Verdict.GOOD, "", ())
    chain = verified(stream.tls)
    for one in chain:
        if one.not_after < now:
            reason = f"the certificate of {one.subject} expired {span(now - one.not_after)} ago"
            return _session(stream, seconds, Verdict.EXPIRED, reason, chain)
        if one.not_before > now:
            reason = f"the certificate of {one.subject} starts in {span(one.not_before - now)}"
            return _session(stream, seconds, Verdict.NOT_YET_VALID, reason, chain)
    return _session(stream, seconds, Verdict.GOOD, "", chain)


def _judge_error(error: ssl.SSLCertVerificationError) -> tuple[Verdict, str]:
    text = error.verify_message.strip().rstrip(".")
    if error.verify_code in (_HOST, _EMAIL, _ADDRESS):
        return Verdict.WRONG_NAME, text
    if error.verify_code in _WEAK_CODES:
        return Verdict.WEAK, f"the certificate is weak: {text}"
    return Verdict.UNTRUSTED, f"the certificate is not trusted: {text}"


def _session(
    stream: Stream, seconds: float, verdict: Verdict, reason: str, chain: tuple[Certificate, ...]
) -> Session:
    peer = stream.tls
    if peer is None:
        raise OpsError("the connection has no TLS", code=Exit.UNREACHABLE)
    version = (peer.version() or "").replace("TLSv", "TLS ")
    version = "TLS 1.0" if version == "TLS 1" else version
    cipher = peer.cipher()
    return Session(
        verdict, reason, version, cipher[0] if cipher else "", sent(peer), chain, seconds
    )


def _word(error: ssl.SSLError) -> str:
    """OpenSSL's reason in words: `unsupported protocol`."""
    return (error.reason or error.strerror or type(error).__name__).replace("_", " ").lower()
