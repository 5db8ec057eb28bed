"""Series that all probes over a connection share, named as blackbox_exporter names them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hisops.core.metric import Family, Sample

if TYPE_CHECKING:
    from hisops.wire.tls import Session

LOOKUP = Family(
    "probe_dns_lookup_time_seconds",
    "gauge",
    "Returns the time taken for probe dns lookup in seconds",
)
PROTOCOL = Family("probe_ip_protocol", "gauge", "Specifies whether probe ip protocol is IP4 or IP6")
EXPIRY = Family(
    "probe_ssl_earliest_cert_expiry", "gauge", "Returns last SSL chain expiry in unixtime"
)
CHAIN_EXPIRY = Family(
    "probe_ssl_last_chain_expiry_timestamp_seconds",
    "gauge",
    "Returns last SSL chain expiry in timestamp",
)
CHAIN = Family("probe_ssl_last_chain_info", "gauge", "Contains SSL leaf certificate information")
VERSION = Family(
    "probe_tls_version_info", "gauge", "Returns the TLS version used or NaN when unknown"
)
CIPHER = Family(
    "probe_tls_cipher_info", "gauge", "Returns the TLS cipher negotiated during handshake"
)
TRUSTED = Family(
    "hisops_probe_tls_trusted",
    "gauge",
    "Whether authority and name are right, whatever the dates say",
)
VERDICT = Family(
    "hisops_probe_tls_verdict", "gauge", "What the certificate is worth, 1 for one verdict"
)
REGEX = Family("probe_failed_due_to_regex", "gauge", "Indicates if probe failed due to regex")

_LONGEST_NAMES = 512


_AT_ONCE = Sample(LOOKUP, 0.0)
_FOUR, _SIX = Sample(PROTOCOL, 4), Sample(PROTOCOL, 6)


def address_samples(address: str, resolve_seconds: float = 0.0) -> list[Sample]:
    """Which IP version was used, and how long the name took."""
    lookup = Sample(LOOKUP, resolve_seconds) if resolve_seconds else _AT_ONCE
    return [lookup, _SIX if ":" in address else _FOUR]


def tls_samples(session: Session, *, verified: bool = True) -> list[Sample]:
    """Expiry, trust, version and cipher of a session; trust only where it was looked for."""
    samples = [
        Sample(EXPIRY, session.earliest_expiry),
        Sample(VERSION, 1, (("version", session.version),)),
        Sample(CIPHER, 1, (("cipher", session.cipher),)),
    ]
    if session.chain:
        samples.append(Sample(CHAIN, 1, _labels(session.chain[0].sha256, *_names(session))))
    if session.trusted_chain:
        until = min(one.not_after for one in session.trusted_chain)
        samples.append(Sample(CHAIN_EXPIRY, until))
    if verified:
        samples.append(Sample(TRUSTED, int(session.is_trusted)))
        samples.append(Sample(VERDICT, 1, (("verdict", session.verdict.value),)))
    return samples


def _names(session: Session) -> tuple[str, str, str]:
    leaf = session.chain[0]
    return leaf.issuer, leaf.subject, ",".join(leaf.names)


@lru_cache(maxsize=4096)
def _labels(sha256: str, issuer: str, subject: str, names: str) -> tuple[tuple[str, str], ...]:
    return (
        ("fingerprint_sha256", sha256),
        ("issuer", issuer[:_LONGEST_NAMES]),
        ("subject", subject[:_LONGEST_NAMES]),
        ("subjectalternative", names[:_LONGEST_NAMES]),
    )
