"""Neighbour tables: of this machine (ip-neighbour(8)) and of routers (RFC 4293, ipNetToMedia)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import msgspec

from hisops.core.errors import OpsError
from hisops.core.model import Value
from hisops.net.discovery import Trace
from hisops.wire.snmp.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hisops.core.net import Net
    from hisops.wire.snmp.credentials import Credentials

COMMAND = ("ip", "-json", "neighbour", "show")
PHYSICAL = "1.3.6.1.2.1.4.22.1.2"  # ipNetToMediaPhysAddress; index: interface, four octets
_GONE = frozenset({"FAILED", "INCOMPLETE", "NOARP"})
_INDEX, _MAC_BYTES = 5, 6
_MOST_ROWS = 20_000


class _Row(Value, frozen=True, kw_only=True):
    dst: str = ""
    lladdr: str = ""
    state: tuple[str, ...] = ()


def parse(text: bytes) -> list[Trace]:
    """Neighbours of this machine that answered once; raises ValueError for anything else."""
    rows = msgspec.json.decode(text or b"[]", type=list[_Row])
    return [
        Trace(address=row.dst, by=("arp",), vars={"mac": row.lladdr.lower()})
        for row in rows
        if row.lladdr and not _GONE & set(row.state) and _is_host(row.dst)
    ]


def parse_table(rows: Iterable[tuple[tuple[int, ...], object]], router: str) -> list[Trace]:
    """Neighbours of a router, from the column of their MAC addresses."""
    found = []
    for index, cell in rows:
        address = ".".join(map(str, index[1:]))
        is_whole = len(index) == _INDEX and isinstance(cell, bytes) and len(cell) == _MAC_BYTES
        if is_whole and isinstance(cell, bytes) and _is_host(address):
            mac = ":".join(f"{byte:02x}" for byte in cell)
            found.append(Trace(address=address, by=("arp",), vars={"mac": mac, "router": router}))
    return found


async def ask(net: Net, name: str, address: str, credentials: Credentials) -> list[Trace]:
    """The neighbours of a router over SNMP; none when it does not answer."""
    try:
        peer = await net.peer(address, 161)
    except (OpsError, OSError):
        return []
    try:
        rows = await Session(peer, credentials).table((PHYSICAL,), most_rows=_MOST_ROWS)
    except (OpsError, OSError, TimeoutError, ValueError):
        return []
    finally:
        peer.close()
    return parse_table(((index, cells.get(PHYSICAL)) for index, cells in rows.items()), name)


def _is_host(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_link_local or address.is_loopback)
