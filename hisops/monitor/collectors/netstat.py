"""Network protocols, from /proc/net/snmp, snmp6 and netstat (Linux documentation, snmp_counter)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Callable

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


class Row(NamedTuple):
    """Which words of a line are the chosen counters, and their names."""

    line: int
    columns: list[int]
    names: list[str]


class Netstat(Collector):
    """Counters of IP, ICMP, TCP and UDP that tell of load and of trouble."""

    slow = False
    paired_paths: tuple[str, ...] = ("/proc/net/netstat", "/proc/net/snmp")
    listed_path = "/proc/net/snmp6"

    def __init__(self) -> None:
        self._layouts: dict[str, tuple[list[str], list[Row]]] = {}

    def read(self, io: Machine) -> Reading:
        """The chosen counters; the second IP version may be off."""
        names: list[str] = []
        values: list[str] = []
        for path in self.paired_paths:
            lines = io.read(path).split("\n")
            for row in self._rows(path, lines[::2], find_pairs):
                words = lines[row.line].split()
                names += row.names
                values += [words[column] for column in row.columns]
        try:
            words = io.read(self.listed_path).split()
        except OpsError as error:
            if error.code != Exit.MISSING:
                raise
            words = []
        for row in self._rows(self.listed_path, words[::2], find_listed):
            names += row.names
            values += [words[column] for column in row.columns]
        return Reading(names, values, lambda: [(_family(name), ()) for name in names])

    def _rows(
        self, path: str, headers: list[str], find: Callable[[list[str]], list[Row]]
    ) -> list[Row]:
        """Where the counters stand; searched for again when the file's headers change."""
        known = self._layouts.get(path)
        if known is None or known[0] != headers:
            known = self._layouts[path] = (headers, find(headers))
        return known[1]


def find_pairs(headers: list[str]) -> list[Row]:
    """Chosen counters of lines of names, each of which is followed by its line of numbers."""
    rows = []
    for position, header in enumerate(headers):
        protocol = header.partition(":")[0]
        words = header.split()
        names = [name for name in _WANTED.get(protocol, ()) if name in words]
        if names:
            columns = [words.index(name) for name in names]
            rows.append(Row(2 * position + 1, columns, [f"{protocol}_{name}" for name in names]))
    return rows


def find_listed(headers: list[str]) -> list[Row]:
    """Chosen counters of a list of names, each of which is followed by its number: `Ip6InOctets 12`."""
    found = {
        f"{protocol}_{name}": 2 * headers.index(protocol + name) + 1
        for protocol, names in _WANTED.items()
        if protocol.endswith("6")
        for name in names
        if protocol + name in headers
    }
    return [Row(0, list(found.values()), list(found))]


def _family(name: str) -> Family:
    return Family(f"node_netstat_{name}", "untyped", f"{name.replace('_', ' ')} of /proc/net.")
