"""Network protocols, from /proc/net/snmp, snmp6 and netstat (Linux documentation, snmp_counter)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.machine import Machine

_TCP = [
    "ActiveOpens",
    "CurrEstab",
    "InErrs",
    "InSegs",
    "OutRsts",
    "OutSegs",
    "PassiveOpens",
    "RetransSegs",
]
_UDP = ["InDatagrams", "InErrors", "NoPorts", "OutDatagrams", "RcvbufErrors", "SndbufErrors"]
_TCP_EXTRA = [
    "ListenDrops",
    "ListenOverflows",
    "SyncookiesFailed",
    "SyncookiesRecv",
    "SyncookiesSent",
    "TCPSynRetrans",
    "TCPTimeouts",
]
_WANTED = {
    "Icmp": ["InErrors", "InMsgs", "OutMsgs"],
    "Icmp6": ["InErrors", "InMsgs", "OutMsgs"],
    "Ip": ["Forwarding"],
    "Ip6": ["InOctets", "OutOctets"],
    "IpExt": ["InOctets", "OutOctets"],
    "Tcp": _TCP,
    "TcpExt": _TCP_EXTRA,
    "Udp": _UDP,
    "Udp6": _UDP,
    "UdpLite": ["InErrors"],
    "UdpLite6": ["InErrors"],
}


class Netstat(Collector):
    """Counters of IP, ICMP, TCP and UDP that tell of load and of trouble."""

    slow = False
    paired_paths: tuple[str, ...] = ("/proc/net/netstat", "/proc/net/snmp")
    listed_path = "/proc/net/snmp6"

    def read(self, io: Machine) -> Reading:
        """The chosen counters; the second IP version may be off."""
        found = [pair for path in self.paired_paths for pair in parse_paired(io.read(path))]
        try:
            found += parse_listed(io.read(self.listed_path))
        except OpsError as error:
            if error.code != Exit.MISSING:
                raise
        names = [name for name, _ in found]
        return Reading(
            names, [value for _, value in found], lambda: [(_family(name), ()) for name in names]
        )


def parse_paired(text: str) -> Iterable[tuple[str, str]]:
    """Chosen counters from lines of names, each followed by its line of numbers."""
    lines = text.split("\n")
    for names, numbers in zip(lines[::2], lines[1::2], strict=False):
        protocol, _, rest = names.partition(":")
        wanted = _WANTED.get(protocol)
        if wanted:
            known = dict(zip(rest.split(), numbers.split()[1:], strict=False))
            for name in wanted:
                if name in known:
                    yield f"{protocol}_{name}", known[name]


def parse_listed(text: str) -> Iterable[tuple[str, str]]:
    """Chosen counters from lines of one name and one number: `Ip6InOctets 12`."""
    words = text.split()
    known = dict(zip(words[::2], words[1::2], strict=False))
    for protocol, fields in _WANTED.items():
        if protocol.endswith("6"):
            for field in fields:
                if protocol + field in known:
                    yield f"{protocol}_{field}", known[protocol + field]


def _family(name: str) -> Family:
    return Family(f"node_netstat_{name}", "untyped", f"{name.replace('_', ' ')} of /proc/net.")
