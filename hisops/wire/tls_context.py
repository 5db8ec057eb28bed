"""TLS contexts for probes, made once per set of options: loading the authorities takes 35 ms."""

from __future__ import annotations

import ssl
import warnings
from enum import Enum
from functools import lru_cache

from hisops.core.errors import Exit, OpsError

# X509_V_FLAG_NO_CHECK_TIME (openssl, x509_vfy.h): dates are compared by us, so that an expired
# certificate can be told from a wrong one.
NO_CHECK_TIME = 0x200000
_LEGACY_SERVER = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: peers without secure renegotiation


class Version(Enum):
    """TLS versions as blackbox_exporter writes them."""

    TLS10 = "TLS10"
    TLS11 = "TLS11"
    TLS12 = "TLS12"
    TLS13 = "TLS13"


_NUMBERS = {
    Version.TLS10: 0x0301,
    Version.TLS11: 0x0302,
    Version.TLS12: 0x0303,
    Version.TLS13: 0x0304,
}


def number(version: Version) -> int:
    """The version's number on the wire, which is OpenSSL's too."""
    return _NUMBERS[version]


@lru_cache(maxsize=256)
def build(
    paths: tuple[str, str, str], texts: tuple[str, ...], verify: bool, lowest: int, highest: int
) -> ssl.SSLContext:
    """A context for authority, certificate and key file; the texts tell a changed file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _limit(context, lowest, highest)
    _, cert_file, key_file = paths
    try:
        if cert_file:
            context.load_cert_chain(cert_file, key_file or None)
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif texts[0]:
            context.load_verify_locations(cadata=texts[0])
        else:
            context.set_default_verify_paths()
    except ssl.SSLError as error:
        files = ", ".join(path for path in paths if path)
        raise OpsError(f"{files}: no certificate or key: {error.reason}", code=Exit.USAGE) from None
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


@lru_cache(maxsize=1)
def lenient() -> ssl.SSLContext:
    """A context that takes every version, cipher and certificate, to look only."""
    return only(0, 0, "ALL:@SECLEVEL=0")


@lru_cache(maxsize=64)
def only(lowest: int, highest: int, ciphers: str) -> ssl.SSLContext:
    """A context without verification for some versions and ciphers (OpenSSL's list)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= ssl.Options(_LEGACY_SERVER)
    _limit(context, lowest, highest)
    context.set_ciphers(ciphers)
    return context


def _limit(context: ssl.SSLContext, lowest: int, highest: int) -> None:
    with warnings.catch_warnings():  # TLS 1.0 is asked for to find it, not to use it
        warnings.simplefilter("ignore", DeprecationWarning)
        supported = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.minimum_version = ssl.TLSVersion(lowest) if lowest else supported
        if highest:
            context.maximum_version = ssl.TLSVersion(highest)
