"""What this machine asked of NFS servers, from /proc/net/rpc/nfs (nfsstat(8)).

Procedures are in the order of RFC 1094, RFC 1813 and, for version 4, of nfs4_procedures in Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels


def _counter(name: str, text: str) -> Family:
    return Family(f"node_nfs_{name}_total", "counter", text)


_PACKETS = _counter("packets", "Packets, by protocol.")
_REQUESTS = _counter("requests", "Requests, by version and procedure.")
# Line, position in it, family, labels.
_SINGLES: tuple[tuple[str, int, Family, Labels], ...] = (
    ("net", 1, _PACKETS, (("protocol", "udp"),)),
    ("net", 2, _PACKETS, (("protocol", "tcp"),)),
    ("net", 3, _counter("connections", "Connections opened."), ()),
    ("rpc", 0, _counter("rpcs", "Calls made."), ()),
    ("rpc", 1, _counter("rpc_retransmissions", "Calls repeated for want of an answer."), ()),
    ("rpc", 2, _counter("rpc_authentication_refreshes", "Credentials renewed."), ()),
)
_PROCEDURES = {
    "2": [
        "Null",
        "GetAttr",
        "SetAttr",
        "Root",
        "Lookup",
        "ReadLink",
        "Read",
        "WrCache",
        "Write",
        "Create",
        "Remove",
        "Rename",
        "Link",
        "SymLink",
        "MkDir",
        "RmDir",
        "ReadDir",
        "FsStat",
    ],
    "3": [
        "Null",
        "GetAttr",
        "SetAttr",
        "Lookup",
        "Access",
        "ReadLink",
        "Read",
        "Write",
        "Create",
        "MkDir",
        "SymLink",
        "MkNod",
        "Remove",
        "RmDir",
        "Rename",
        "Link",
        "ReadDir",
        "ReadDirPlus",
        "FsStat",
        "FsInfo",
        "PathConf",
        "Commit",
    ],
    "4": [
        "Null",
        "Read",
        "Write",
        "Commit",
        "Open",
        "OpenConfirm",
        "OpenNoattr",
        "OpenDowngrade",
        "Close",
        "Setattr",
        "FsInfo",
        "Renew",
        "SetClientID",
        "SetClientIDConfirm",
        "Lock",
        "Lockt",
        "Locku",
        "Access",
        "Getattr",
        "Lookup",
        "LookupRoot",
        "Remove",
        "Rename",
        "Link",
        "Symlink",
        "Create",
        "Pathconf",
        "StatFs",
        "ReadLink",
        "ReadDir",
        "ServerCaps",
        "DelegReturn",
        "GetACL",
        "SetACL",
        "FsLocations",
        "ReleaseLockowner",
        "Secinfo",
        "FsidPresent",
        "ExchangeID",
        "CreateSession",
        "DestroySession",
        "Sequence",
        "GetLeaseTime",
        "ReclaimComplete",
        "LayoutGet",
        "GetDeviceInfo",
        "LayoutCommit",
        "LayoutReturn",
        "SecinfoNoName",
        "TestStateID",
        "FreeStateID",
        "GetDeviceList",
        "BindConnToSession",
        "DestroyClientID",
        "Seek",
        "Allocate",
        "DeAllocate",
        "LayoutStats",
        "Clone",
    ],
}
_SERIES = (
    *((family, labels) for _, _, family, labels in _SINGLES),
    *(
        (_REQUESTS, (("method", name), ("proto", version)))
        for version, names in _PROCEDURES.items()
        for name in names
    ),
)


class Nfs(Collector):
    """Packets, calls, repetitions and requests of the NFS client."""

    slow = False
    path = "/proc/net/rpc/nfs"

    def __init__(self) -> None:
        self._file = RareFile(self.path)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where the NFS client is not loaded."""
        text = self._file.read(io)
        return parse(text) if text else NOTHING


def parse(text: str) -> Reading:
    """Every counter; one that this kernel does not have is 0, as with node_exporter."""
    lines = {words[0]: words[1:] for line in text.splitlines() if (words := line.split())}
    values = [_pick(lines.get(line, []), position) for line, position, _, _ in _SINGLES]
    for version, names in _PROCEDURES.items():
        numbers = lines.get(f"proc{version}", [])[1:]  # the first is their count
        values += [_pick(numbers, position) for position in range(len(names))]
    return Reading(None, values, lambda: _SERIES)


def _pick(words: list[str], position: int) -> str:
    return words[position] if position < len(words) else "0"
