"""How a probe's connection is protected, as a module says it."""

from __future__ import annotations

import ssl

from hisops.core.model import Value


class Tls(Value, frozen=True, kw_only=True):
    """TLS, verified against `ca` (the system's authorities without one) unless `verify` is off.

    `name` is what the certificate must be for, where it is not the target's own name.
    """

    verify: bool = True
    ca: str = ""
    name: str = ""
    certificate: str = ""
    key: str = ""

    def context(self) -> ssl.SSLContext:
        """What the connection is opened with; raises OSError for files that cannot be read."""
        context = ssl.create_default_context(cafile=self.ca or None)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key or None)
        return context
