"""Asks switches over SNMP for their neighbours, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.net import lldp_mib
from hisops.net.sight import Sight
from hisops.wire.snmp.session import Patience, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hisops.core.net import Net
    from hisops.wire.snmp.credentials import Credentials

_PORT = 161
_MOST_ROWS = 10_000  # a large chassis has some hundred ports
_AT_ONCE = 50
_PATIENCE = Patience()


async def ask_all(
    net: Net,
    addresses: Mapping[str, str],
    credentials: Credentials,
    patience: Patience = _PATIENCE,
) -> Sight:
    """What the devices of these addresses say; one that does not answer is not among the asked."""
    works = [ask(net, name, addresses[name], credentials, patience) for name in addresses]
    return lldp_mib.join(await net.gather(works, limit=_AT_ONCE))


async def ask(
    net: Net, name: str, address: str, credentials: Credentials, patience: Patience = _PATIENCE
) -> Sight:
    """What one device says; an empty sight when it says nothing that can be understood."""
    try:
        peer = await net.peer(address, _PORT)
    except (OpsError, OSError):  # a zone that is left alone, a name that nobody knows
        return Sight()
    try:
        session = Session(peer, credentials, patience=patience)
        rows = await session.table(lldp_mib.COLUMNS, most_rows=_MOST_ROWS)
    except (OpsError, OSError, TimeoutError, ValueError):
        return Sight()
    finally:
        peer.close()
    columns: dict[str, dict[tuple[int, ...], lldp_mib.Cell]] = {}
    for index, cells in rows.items():
        for column, cell in cells.items():
            if isinstance(cell, int | bytes):
                columns.setdefault(column, {})[index] = cell
    return lldp_mib.parse(name, columns)
