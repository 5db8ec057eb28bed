"""Finds out what stands behind addresses: slowly, and only in zones whose probe is `open`.

A medical device may stop when it is scanned, so the rule is checked here before every packet,
whatever the caller asks for, and again by the network that the caller hands in.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Literal

from hisops.core.errors import Exit, OpsError
from hisops.core.model import Value
from hisops.net.proposal import Entry
from hisops.wire.snmp.session import Patience, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hisops.core.model import Zone
    from hisops.core.net import Net
    from hisops.net.zone import Zones
    from hisops.wire.snmp.credentials import Credentials

Source = Literal["arp", "lldp", "snmp", "ssh", "ports"]
ACTIVE: tuple[Source, ...] = ("snmp", "ssh", "ports")
MOST_ADDRESSES = 4096
# Not 9100: some printers print a page for each connection. No port of DICOM, HL7 or devices.
PORTS: Mapping[int, str] = {
    22: "ssh",
    80: "http",
    135: "windows",
    443: "https",
    445: "windows",
    554: "camera",
    631: "printer",
    1433: "mssql",
    1521: "oracle",
    3306: "mysql",
    3389: "windows",
    5432: "postgresql",
    5985: "windows",
}
_KINDS = ("windows", "printer", "camera")  # what a port says of the whole machine
_NAME, _DESCRIPTION = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.1.0"
_WAIT_SECONDS = 1.5
_MOST_BANNER = 255
_AT_ONCE = 64


class Trace(Value, frozen=True, kw_only=True):
    """What is known of an address; `name` is what the device calls itself."""

    address: str
    by: tuple[str, ...] = ()
    name: str = ""
    kind: str = ""
    vars: Mapping[str, str | int] = {}

    def entry(self) -> Entry:
        """The host to propose."""
        values = {**self.vars, "found_by": ", ".join(self.by)}
        groups = (self.kind,) if self.kind else ()
        return Entry(name=self.name, address=self.address, groups=groups, vars=values)


def addresses_of(zone: Zone) -> list[str]:
    """Every address that a host of the zone can have; raises OpsError when they are too many."""
    nets = [ip_network(text, strict=False) for text in zone.networks]
    if sum(net.num_addresses for net in nets) > MOST_ADDRESSES:
        cause = f"the zone has more than {MOST_ADDRESSES} addresses"
        fix = "leave --sweep out: addresses that talk are in the ARP tables of its gateway"
        raise OpsError(cause, fix=fix, code=Exit.USAGE)
    return [str(address) for net in nets for address in net.hosts()]


class Pace:
    """Lets so many questions out per second, evenly."""

    def __init__(self, net: Net, per_second: float) -> None:
        self._net = net
        self._step = 1 / per_second
        self._next = net.tick()

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = self._net.tick()
        at = max(now, self._next)
        self._next = at + self._step
        if at > now:
            await self._net.sleep(at - now)


class Search:
    """Asks addresses, one question at a time each, all within one pace."""

    def __init__(
        self,
        net: Net,
        zones: Zones,
        sources: Iterable[str],
        *,
        per_second: float,
        credentials: Credentials | None = None,
    ) -> None:
        self._net, self._zones = net, zones
        self._sources = frozenset(sources) & frozenset(ACTIVE)
        self._credentials = credentials
        self._pace = Pace(net, per_second)

    async def look(self, traces: Iterable[Trace]) -> list[Trace]:
        """The same addresses with what they answered; the silent ones of a sweep are left out."""
        found = await self._net.gather([self._one(each) for each in traces], limit=_AT_ONCE)
        return [trace for trace in found if trace.by]

    async def _one(self, trace: Trace) -> Trace:
        if not self._sources or not self._may_ask(trace.address):
            return trace
        if "snmp" in self._sources and self._credentials is not None:
            trace = await self._snmp(trace, self._credentials)
        if "ssh" in self._sources:
            trace = await self._ssh(trace)
        if "ports" in self._sources:
            trace = await self._ports(trace)
        return trace

    def _may_ask(self, address: str) -> bool:
        return self._zones.is_open(address) and not ip_address(address).is_loopback

    async def _snmp(self, trace: Trace, credentials: Credentials) -> Trace:
        await self._pace.turn()
        try:
            peer = await self._net.peer(trace.address, 161)
        except (OpsError, OSError):
            return trace
        try:
            session = Session(peer, credentials, patience=Patience(seconds=_WAIT_SECONDS, tries=1))
            found = await session.get([_NAME, _DESCRIPTION])
        except (OpsError, OSError, TimeoutError, ValueError):
            return trace
        finally:
            peer.close()
        name, about = _text(found.get(_NAME)), _text(found.get(_DESCRIPTION))
        more = {"snmp_description": about} if about else {}
        return _add(trace, "snmp", name=name, more=more)

    async def _ssh(self, trace: Trace) -> Trace:
        await self._pace.turn()
        banner = await self._banner(trace.address)
        if not banner.startswith("SSH-"):
            return trace
        more: dict[str, str | int] = {"ssh_banner": banner}
        await self._pace.turn()
        key = await self._host_key(trace.address)
        if key:
            more["ssh_host_key"] = key
        return _add(trace, "ssh", more=more)

    async def _banner(self, address: str) -> str:
        try:
            return await self._net.within(_WAIT_SECONDS, self._first_line(address))
        except (OpsError, OSError, TimeoutError, ValueError):
            return ""

    async def _first_line(self, address: str) -> str:
        stream = await self._net.connect(address, 22)
        try:
            return _text(await stream.until(b"\n", _MOST_BANNER))
        finally:
            stream.close()

    async def _host_key(self, address: str) -> str:
        """The ED25519 key, as known_hosts has it, for a person to compare."""
        try:
            self._net.allow(address)
            argv = ["ssh-keyscan", "-T", "2", "-t", "ed25519", address]
            done = await self._net.run(argv, timeout=5)
        except (OpsError, OSError, TimeoutError):
            return ""
        words = done.text.partition("\n")[0].split()
        return " ".join(words[1:3]) if len(words) > 2 else ""  # noqa: PLR2004 - host type key

    async def _ports(self, trace: Trace) -> Trace:
        opened = []
        for port in PORTS:
            await self._pace.turn()
            if await self._net_accepts(trace.address, port):
                opened.append(port)
        if not opened:
            return trace
        kinds = [PORTS[port] for port in opened if PORTS[port] in _KINDS]
        ports = " ".join(map(str, opened))
        return _add(trace, "ports", kind=kinds[0] if kinds else "", more={"open_ports": ports})

    async def _net_accepts(self, address: str, port: int) -> bool:
        try:
            stream = await self._net.within(_WAIT_SECONDS, self._net.connect(address, port))
        except (OpsError, OSError, TimeoutError):
            return False
        stream.close()
        return True


def _add(
    trace: Trace,
    source: str,
    *,
    name: str = "",
    kind: str = "",
    more: Mapping[str, str | int],
) -> Trace:
    return Trace(
        address=trace.address,
        by=(*trace.by, source),
        name=trace.name or name,
        kind=trace.kind or kind,
        vars={**trace.vars, **more},
    )


def _text(value: object) -> str:
    """What a stranger wrote, as one printable line."""
    text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value or "")
    line = text.strip().partition("\n")[0].strip()[:_MOST_BANNER]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)
