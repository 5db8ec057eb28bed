"""Where the figures of several Prometheus servers come together."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from hisops.core.model import Value
from hisops.core.text import Secret


class RemoteWrite(Value, frozen=True, kw_only=True):
    """A store such as VictoriaMetrics, Mimir or Thanos, and how Prometheus proves itself to it."""

    url: str
    ca: str = ""
    certificate: str = ""
    key: str = ""
    user: str = ""
    password: Secret | None = None
    token: Secret | None = None

    def __post_init__(self) -> None:
        require_safe(self.url, "remote_write.url")
        if self.password and self.token:
            raise ValueError("remote_write: password and token exclude each other")


def require_safe(url: str, name: str) -> None:
    """Refuse with ValueError what is no URL, or would leave this machine in clear text."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(f"{name}: expected https://HOST/PATH without a password, got {url!r}")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError(f"{name}: {url} leaves this machine: it needs https")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
