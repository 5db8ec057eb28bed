"""What each NFS mount does, from /proc/self/mountstats (nfsiostat(8), nfs_show_stats in Linux)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING, RareFile

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.metric import Labels

    Rows = list[tuple[Family, Labels, str | float]]

_MILLISECONDS = 1000


def _family(name: str, text: str, kind: str = "counter") -> Family:
    ending = "_total" if kind == "counter" else ""
    return Family(f"node_mountstats_nfs_{name}{ending}", kind, text)


def _events(names: str) -> tuple[Family | None, ...]:
    return tuple(
        None if name == "-" else _family(f"event_{name}", f"Events of the kind {name}.")
        for name in names.split()
    )


_AGE = _family("age_seconds", "Time since it was mounted.")
_BYTES = (
    _family("read_bytes", "Bytes that programs read."),
    _family("write_bytes", "Bytes that programs wrote."),
    _family("direct_read_bytes", "Bytes read past the cache."),
    _family("direct_write_bytes", "Bytes written past the cache."),
    _family("total_read_bytes", "Bytes read from the server."),
    _family("total_write_bytes", "Bytes written to the server."),
    _family("read_pages", "Pages read."),
    _family("write_pages", "Pages written."),
)
# In the order of the line; congestion_wait is left out, as with node_exporter.
_EVENTS = _events(
    "inode_revalidate dnode_revalidate data_invalidate attribute_invalidate vfs_open vfs_lookup "
    "vfs_access vfs_update_page vfs_read_page vfs_read_pages vfs_write_page vfs_write_pages "
    "vfs_getdents vfs_setattr vfs_flush vfs_fsync vfs_lock vfs_file_release - truncation "
    "write_extension silly_rename short_read short_write jukebox_delay pnfs_read pnfs_write"
)
# Position in the line of a connection over TCP or RDMA.
_TRANSPORT = {
    1: _family("transport_bind", "Times a port was bound."),
    2: _family("transport_connect", "Times the server was connected to."),
    4: _family("transport_idle_time_seconds", "Time without a request.", "gauge"),
    5: _family("transport_sends", "Requests sent."),
    6: _family("transport_receives", "Answers received."),
    7: _family("transport_bad_transaction_ids", "Answers to no request."),
    9: _family("transport_backlog_queue", "Requests that waited, summed up."),
    10: _family("transport_maximum_rpc_slots", "Requests that may be under way.", "gauge"),
    11: _family("transport_sending_queue", "Requests in the sending queue, summed up."),
    12: _family("transport_pending_queue", "Requests in the pending queue, summed up."),
}
# Number in the line, family, divisor.
_OPERATION = (
    (_family("operations_requests", "Requests."), 1),
    (_family("operations_transmissions", "Requests with their repetitions."), 1),
    (_family("operations_major_timeouts", "Times no answer came in time."), 1),
    (_family("operations_sent_bytes", "Bytes sent."), 1),
    (_family("operations_received_bytes", "Bytes received."), 1),
    (_family("operations_queue_time_seconds", "Time before requests were sent."), _MILLISECONDS),
    (_family("operations_response_time_seconds", "Time the server took."), _MILLISECONDS),
    (_family("operations_request_time_seconds", "Time from begin to end."), _MILLISECONDS),
)


class Mountstats(Collector):
    """Bytes, events, operations and connection of every NFS mount."""

    slow = False
    path = "/proc/self/mountstats"
    table_path = "/proc/self/mountinfo"

    def __init__(self) -> None:
        self._file = RareFile(self.path)

    def read(self, io: Machine) -> Reading:
        """Counters of now; none where no NFS is mounted."""
        text = self._file.read(io)
        if " with fstype nfs" not in text:
            return NOTHING
        try:
            addresses = _addresses(io.read(self.table_path))
        except OpsError:
            addresses = []
        rows = parse(text, addresses)
        key = [(family.name, labels) for family, labels, _ in rows]
        return Reading(key, [value for *_, value in rows], lambda: [row[:2] for row in rows])


def parse(text: str, addresses: list[str]) -> Rows:
    """Rows of every NFS mount; a second mount of the same export shows the same and is left out."""
    rows: Rows = []
    seen: set[tuple[str, str, str]] = set()
    for index, block in enumerate(f"\n{text}".split("\ndevice ")[1:]):
        head, *lines = block.split("\n")
        if " with fstype nfs" not in head:
            continue
        fields: dict[str, list[str]] = {}
        for line in lines:
            name, _, rest = line.strip().partition(":")
            fields.setdefault(name, rest.split())
        protocol = fields.get("xprt", [""])[0]
        address = addresses[index] if index < len(addresses) else ""
        mark = (head.partition(" mounted on ")[0], protocol, address)
        if mark not in seen:
            seen.add(mark)
            names = ("export", "protocol", "mountaddr")
            rows += _mount(fields, tuple(zip(names, mark, strict=True)))
    return rows


def _mount(fields: dict[str, list[str]], labels: Labels) -> Rows:
    rows: Rows = [(_AGE, labels, value) for value in fields.get("age", [])[:1]]
    rows += [(f, labels, v) for f, v in zip(_BYTES, fields.get("bytes", []), strict=False)]
    events = zip(_EVENTS, fields.get("events", []), strict=False)
    rows += [(family, labels, value) for family, value in events if family is not None]
    transport = fields.get("xprt", [])
    if transport[:1] in (["tcp"], ["rdma"]):
        numbers = transport[1:]
        known = ((f, position) for position, f in _TRANSPORT.items() if position < len(numbers))
        rows += [(family, labels, numbers[position]) for family, position in known]
    for name, numbers in fields.items():
        if name.isupper() and len(numbers) >= len(_OPERATION) and numbers[0].isdecimal():
            rows += _operation(numbers, (*labels, ("operation", name)))
    return rows


def _operation(numbers: list[str], labels: Labels) -> Rows:
    pairs = zip(_OPERATION, numbers, strict=False)
    return [
        (family, labels, number if divisor == 1 else int(number) / divisor)
        for (family, divisor), number in pairs
    ]


def _addresses(table: str) -> list[str]:
    """The server's address of each mount, in the same order as in mountstats (proc(5))."""
    found = []
    for line in table.splitlines():
        options = line.rpartition(" ")[2].split(",")
        named = (word[5:] for word in options if word.startswith("addr="))
        found.append(next(named, ""))
    return found
