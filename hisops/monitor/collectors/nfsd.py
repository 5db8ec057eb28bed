"""What NFS clients asked of this machine, from /proc/net/rpc/nfsd (nfsstat(8)).

Procedures are in the order of RFC 1094 and RFC 1813, operations of version 4 in that of RFC 7530.
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
    return Family(f"node_nfsd_{name}_total", "counter", text)


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_nfsd_{name}", "gauge", text)


_PACKETS = _counter("packets", "Packets, by protocol.")
_ERRORS = _counter("rpc_errors", "Calls refused, by cause.")
_REQUESTS = _counter("requests", "Requests, by version and procedure.")
# Line, position in it, family, labels.
_SINGLES: tuple[tuple[str, int, Family, Labels], ...] = (
    ("rc", 0, _counter("reply_cache_hits", "Requests answered before."), ()),
    ("rc", 1, _counter("reply_cache_misses", "Requests whose answer was kept."), ()),
    ("rc", 2, _counter("reply_cache_nocache", "Requests whose answer need not be kept."), ()),
    ("fh", 0, _counter("file_handles_stale", "Requests for a file that is gone."), ()),
    ("io", 0, _counter("disk_bytes_read", "Bytes read."), ()),
    ("io", 1, _counter("disk_bytes_written", "Bytes written."), ()),
    ("th", 0, _gauge("server_threads", "Threads of the server."), ()),
    ("ra", 0, _gauge("read_ahead_cache_size_blocks", "Size of the read-ahead cache."), ()),
    ("ra", 11, _counter("read_ahead_cache_not_found", "Blocks not found in the cache."), ()),
    ("net", 1, _PACKETS, (("proto", "udp"),)),
    ("net", 2, _PACKETS, (("proto", "tcp"),)),
    ("net", 3, _counter("connections", "Connections accepted."), ()),
    ("rpc", 0, _counter("server_rpcs", "Calls received."), ()),
    ("rpc", 2, _ERRORS, (("error", "fmt"),)),
    ("rpc", 3, _ERRORS, (("error", "auth"),)),
    ("rpc", 4, _ERRORS, (("error", "cInt"),)),
)
# Procedure 0 does nothing and is left out; a dot stands for others that are left out.
_PROCEDURES = {
    ("proc2", "2"): [
        ".",
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
    ("proc3", "3"): [
        ".",
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
    # node_exporter 1.5 takes SETCLIENTID for Verify, and so on to the end.
    ("proc4ops", "4"): [
        ".",
        ".",
        ".",
        "Access",
        "Close",
        "Commit",
        "Create",
        "DelegPurge",
        "DelegReturn",
        "GetAttr",
        "GetFH",
        "Link",
        "Lock",
        "Lockt",
        "Locku",
        "Lookup",
        "LookupRoot",
        "Nverify",
        "Open",
        "OpenAttr",
        "OpenConfirm",
        "OpenDgrd",
        "PutFH",
        ".",
        ".",
        "Read",
        "ReadDir",
        "ReadLink",
        "Remove",
        "Rename",
        "Renew",
        "RestoreFH",
        "SaveFH",
        "SecInfo",
        "SetAttr",
        ".",
        ".",
        "Verify",
        "Write",
        "RelLockOwner",
    ],
}
_CHOSEN = {
    line: [(position, name) for position, name in enumerate(names) if name != "."]
    for (line, _), names in _PROCEDURES.items()
}
_SERIES = (
    *((family, labels) for _, _, family, labels in _SINGLES),
    *(
        (_REQUESTS, (("method", name), ("proto", version)))
        for line, version in _PROCEDURES
        for _, name in _CHOSEN[line]
    ),
)


class Nfsd(Collector):
    """Packets, calls, errors, bytes and requests of the NFS server."""

    slow = False
    path = "/proc/net/rpc/nfsd"

    def __init__(self) -> None:
        self._file = RareFile(self.path)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where the NFS server is not loaded."""
        text = self._file.read(io)
        return parse(text) if text else NOTHING


def parse(text: str) -> Reading:
    """Every counter; one that this kernel does not have is 0, as with node_exporter."""
    lines = {words[0]: words[1:] for line in text.splitlines() if (words := line.split())}
    values = [_pick(lines.get(line, []), position) for line, position, _, _ in _SINGLES]
    for line, chosen in _CHOSEN.items():
        numbers = lines.get(line, [])[1:]  # the first is their count
        values += [_pick(numbers, position) for position, _ in chosen]
    return Reading(None, values, lambda: _SERIES)


def _pick(words: list[str], position: int) -> str:
    return words[position] if position < len(words) else "0"
