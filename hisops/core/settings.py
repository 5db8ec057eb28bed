"""What site.yml says."""

from ipaddress import ip_address
from typing import Literal

import msgspec

from hisops.core.model import Value
from hisops.core.objective import Promises
from hisops.core.remote import RemoteWrite, require_safe
from hisops.core.text import Duration, Secret


class Listen(Value, frozen=True, kw_only=True):
    """An address that a part of hisops listens on, with what protects it."""

    listen: str
    certificate: str = ""
    key: str = ""
    client_ca: str = ""
    users: str = ""

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port."""
        return int(self.listen.rpartition(":")[2])

    @property
    def url(self) -> str:
        """Where a browser or Prometheus reaches it."""
        return f"{'https' if self.certificate else 'http'}://{self.listen}"

    def __post_init__(self) -> None:
        host, colon, port = self.listen.rpartition(":")
        if not (host and colon and port.isdigit() and 0 < int(port) <= 65535):  # noqa: PLR2004 - TCP
            raise ValueError(f"listen: expected ADDRESS:PORT, got {self.listen!r}")
        loopback = host in ("127.0.0.1", "[::1]", "localhost")
        if not loopback and not (self.certificate and (self.users or self.client_ca)):
            wish = "certificate, key and (users or client_ca)"
            raise ValueError(f"{self.listen} can be reached from outside: it needs {wish}")


class Scrape(Value, frozen=True, kw_only=True):
    """What Prometheus shows to agents and engines on other machines, and whom it believes."""

    ca: str = ""
    user: str = ""
    password: Secret | None = None
    certificate: str = ""
    key: str = ""


class Metrics(Listen, frozen=True, kw_only=True):
    """The embedded Prometheus, the first of `shards`; `query` is where all figures are together."""

    listen: str = "127.0.0.1:19090"
    retention: Duration = Duration(30 * 86400)
    scrape: Scrape = Scrape()
    shards: int = 1
    remote_write: RemoteWrite | None = None
    query: str = ""

    @property
    def query_url(self) -> str:
        """Where questions about figures go."""
        return self.query.rstrip("/") or self.url

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shards < 1:
            raise ValueError(f"shards: expected 1 or more, got {self.shards}")
        if self.shards > 1 and not (self.remote_write and self.query):
            raise ValueError("shards: several need remote_write and query, to be asked as one")
        if self.query:
            require_safe(self.query, "query")


class Agent(Listen, frozen=True, kw_only=True):
    """The agent; `also` names those of the costly collectors that run as well."""

    listen: str = "127.0.0.1:19100"
    also: tuple[Literal["interrupts", "processes"], ...] = ()


class Mail(Value, frozen=True, kw_only=True):
    """The mail server that pages leave by."""

    server: str = "127.0.0.1:19025"
    sender: str = "hisops@localhost"
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: Secret | None = None


class Sink(Value, frozen=True, kw_only=True):
    """The built-in inbox for a site that has no mail server yet."""

    mail: str = "127.0.0.1:19025"
    webhook: str = "127.0.0.1:19026"


class Traps(Value, frozen=True, kw_only=True):
    """Where the prober takes SNMP traps; without `listen` nowhere.

    `modules` are SNMP modules of probes/*.yml whose community or user may send them. `own` is a
    file of more traps, in the form of the shipped traps.yml.
    """

    listen: str = ""
    modules: tuple[str, ...] = ()
    own: str = ""

    def __post_init__(self) -> None:
        host, _, port = self.listen.rpartition(":")
        if self.listen and not (host and port.isdigit() and int(port) <= 65535):  # noqa: PLR2004 - UDP
            raise ValueError(f"listen: expected ADDRESS:PORT, got {self.listen!r}")
        if self.listen:
            try:
                ip_address(host.strip("[]"))
            except ValueError:
                raise ValueError(f"listen: expected an address, got {host!r}") from None


class Vault(Value, frozen=True, kw_only=True):
    """Where ansible-vault finds its password."""

    password: Secret


class Settings(Value, frozen=True, kw_only=True):
    """All of site.yml."""

    name: str
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    state: str = "var"
    stack: tuple[
        Literal["prometheus", "engine", "agent", "prober", "inbox", "offsite", "database"], ...
    ] = ("prometheus", "engine", "agent", "prober")
    prometheus: Metrics = msgspec.field(default_factory=lambda: Metrics(listen="127.0.0.1:19090"))
    engine: Listen = msgspec.field(default_factory=lambda: Listen(listen="127.0.0.1:19093"))
    agent: Agent = Agent()
    prober: Listen = msgspec.field(default_factory=lambda: Listen(listen="127.0.0.1:19115"))
    offsite: Listen = msgspec.field(default_factory=lambda: Listen(listen="127.0.0.1:19022"))
    mail: Mail = Mail()
    inbox: Sink = Sink()
    traps: Traps = Traps()
    vault: Vault | None = None
    slo: Promises = Promises()
