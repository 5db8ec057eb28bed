"""What stands between a socket's bytes and the text of HTTP: nothing, or TLS."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    import ssl

    from hisops.agent.conf import Conf

_BLOCK = 1 << 16


class Channel(Protocol):
    """Bytes in, bytes out; no socket in sight. Trouble is an OSError."""

    ready: bool

    def receive(self, data: bytes) -> bytes:
        """What the bytes from the socket mean."""
        ...

    def send(self, data: bytes) -> None:
        """Take something to be sent."""
        ...

    def pending(self) -> bytes:
        """Bytes that the socket shall send now."""
        ...

    def close(self) -> None:
        """Say goodbye, as far as the protocol has a word for it."""
        ...


class Plain:
    """Passes everything through."""

    def __init__(self) -> None:
        self.ready = True
        self._out = b""

    def receive(self, data: bytes) -> bytes:
        """The same bytes."""
        return data

    def send(self, data: bytes) -> None:
        """Keep it for `pending`."""
        self._out += data

    def pending(self) -> bytes:
        """What was given to `send`."""
        out, self._out = self._out, b""
        return out

    def close(self) -> None:
        """Nothing."""


class Tls:
    """Makes channels with TLS; a certificate that changed on disk is used from then on."""

    def __init__(self, conf: Conf) -> None:
        self._conf = conf
        self._context = _context(conf)
        self._stamps = self._look()

    def channel(self) -> Secured:
        """A channel for a new connection."""
        stamps = self._look()
        if stamps != self._stamps:
            self._stamps = stamps
            try:
                self._context = _context(self._conf)
            except OpsError as error:  # half of a renewal: go on with the old one
                sys.stderr.write(f"hisops agent: {error.cause}; the old certificate stays\n")
        return Secured(self._context)

    def _look(self) -> list[float]:
        files = (self._conf.certificate, self._conf.key, self._conf.client_ca)
        return [_written(file) for file in files if file]


class Secured:
    """TLS in memory: the handshake needs no thread and blocks nobody."""

    def __init__(self, context: ssl.SSLContext) -> None:
        import ssl

        self.ready = False
        self._wants_more = ssl.SSLWantReadError
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)

    def receive(self, data: bytes) -> bytes:
        """The plain text that is complete now."""
        self._in.write(data)
        parts = []
        try:
            if not self.ready:
                self._tls.do_handshake()
                self.ready = True
            while block := self._tls.read(_BLOCK):
                parts.append(block)
        except self._wants_more:
            pass
        return b"".join(parts)

    def send(self, data: bytes) -> None:
        """Encrypt it."""
        self._tls.write(data)

    def pending(self) -> bytes:
        """Encrypted bytes, and those of the handshake."""
        return self._out.read()

    def close(self) -> None:
        """Announce the end, so that the client knows that nothing was cut off."""
        if self.ready:
            try:
                self._tls.unwrap()
            except OSError:  # the answer to it is not waited for
                return


def _context(conf: Conf) -> ssl.SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    for file in (conf.certificate, conf.key, conf.client_ca):
        if file and not os.access(file, os.R_OK):
            fix = f"let the agent's user read it, or correct site.yml: agent ({file})"
            raise OpsError(f"{file}: missing or not readable", fix=fix, code=Exit.USAGE)
    try:
        # Without a password a locked key would be asked for on the terminal.
        context.load_cert_chain(conf.certificate, conf.key, password=lambda: "")
        if conf.client_ca:
            context.load_verify_locations(conf.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError) as error:  # SSLError is an OSError, too
        why = getattr(error, "reason", None) or str(error)
        cause = f"{conf.certificate}: certificate, key or client_ca does not load: {why}"
        fix = "give PEM files without a password that belong together"
        raise OpsError(cause, fix=fix, code=Exit.USAGE) from None
    return context


def _written(file: str) -> float:
    try:
        return os.stat(file).st_mtime  # noqa: PTH116 - pathlib costs the agent 2 MB
    except OSError:
        return 0.0
