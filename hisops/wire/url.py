"""URLs as an HTTP client needs them: scheme, host, port and target, checked once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from hisops.core.errors import Exit, OpsError

_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")


class Url(NamedTuple):
    """An http:// or https:// address; user and password are taken out of it."""

    scheme: str
    host: str
    port: int
    target: str
    user: str = ""
    password: str = ""

    @property
    def authority(self) -> str:
        """Host for the Host header: brackets around IPv6, the usual port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{self.authority}{self.target}"

    def join(self, reference: str) -> Url:
        """Where a relative or absolute reference leads; raises OpsError as parse."""
        return parse(urljoin(self.text, reference))


@lru_cache(maxsize=4096)
def parse(text: str) -> Url:
    """The parts of an address; without a scheme it is http, as blackbox_exporter reads targets."""
    full = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(full)
        port = parts.port
    except ValueError:
        raise _bad(text) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _bad(text)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if _UNSAFE.search(full) or not target.isascii():
        raise _bad(text)
    return Url(
        parts.scheme,
        parts.hostname,
        _PORTS[parts.scheme] if port is None else port,
        target,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def _bad(text: str) -> OpsError:
    shown = text.rpartition("@")[2][:80]
    return OpsError(
        f"{shown!r} is not an address of a web service",
        fix="write http://HOST:PORT/PATH or https://..., with %XX for special characters",
        code=Exit.USAGE,
    )
