"""Certificates as a TLS peer sends them: names, dates, fingerprint, key and signature."""

from __future__ import annotations

import hashlib
import ssl
from collections import OrderedDict
from typing import Any, NamedTuple

_DER = 2  # _ssl.ENCODING_DER
_KEPT = 4096
_seen: OrderedDict[bytes, Certificate] = OrderedDict()
_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "countryName": "C",
}


class Certificate(NamedTuple):
    """One certificate; dates are seconds since 1970."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: float
    not_after: float
    serial: str
    sha256: str
    der: bytes


def sent(tls: ssl.SSLObject) -> tuple[Certificate, ...]:
    """What the peer sent, its own first, whether verified or not."""
    return _chain(tls, "get_unverified_chain")


def verified(tls: ssl.SSLObject) -> tuple[Certificate, ...]:
    """The chain from the peer's certificate to the authority that was trusted."""
    return _chain(tls, "get_verified_chain")


def weaknesses(certificate: Certificate) -> list[str]:
    """Why its key or signature counts as weak (NIST SP 800-131A: RSA 2048, EC 224 bits, no SHA-1)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    try:
        known = x509.load_der_x509_certificate(certificate.der)
        key = known.public_key()
        digest = known.signature_hash_algorithm
    except ValueError as error:
        return [f"it cannot be decoded: {error}"]
    found = []
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) and key.key_size < 2048:  # noqa: PLR2004
        found.append(f"key of {key.key_size} bits")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < 224:  # noqa: PLR2004
        found.append(f"curve of {key.key_size} bits")
    is_root = known.subject == known.issuer  # nobody relies on a root's own signature
    if digest is not None and digest.name in ("md5", "sha1") and not is_root:
        found.append(f"signed with {digest.name.upper()}")
    return found


def _chain(tls: ssl.SSLObject, method: str) -> tuple[Certificate, ...]:
    # Public from Python 3.13 and then as DER; private objects before (bpo-18233).
    private: Any = tls._sslobj  # type: ignore[attr-defined]
    return tuple(_read(one) for one in getattr(private, method)() or ())


def _read(raw: Any) -> Certificate:
    der: bytes = raw.public_bytes(_DER)
    if der in _seen:
        return _seen[der]
    info: dict[str, Any] = raw.get_info()
    found = Certificate(
        subject=_name(info.get("subject", ())),
        issuer=_name(info.get("issuer", ())),
        names=tuple(text for kind, text in info.get("subjectAltName", ()) if kind in _NAMES),
        not_before=ssl.cert_time_to_seconds(info["notBefore"]),
        not_after=ssl.cert_time_to_seconds(info["notAfter"]),
        serial=info.get("serialNumber", ""),
        sha256=hashlib.sha256(der).hexdigest(),
        der=der,
    )
    _seen[der] = found
    if len(_seen) > _KEPT:
        _seen.popitem(last=False)
    return found


_NAMES = ("DNS", "IP Address")


def _name(parts: Any) -> str:
    pairs = [(_SHORT.get(key, key), value) for group in parts for key, value in group]
    return ",".join(f"{key}={value}" for key, value in reversed(pairs))
