"""What a switch says over SNMP: LLDP-MIB (IEEE 802.1AB-2005, clause 12) and IF-MIB (RFC 2863).

Hostile input is possible: any device may announce any text to a switch, which repeats it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hisops.net.sight import CAPABILITIES as WORDS
from hisops.net.sight import Neighbour, Sight

LLDP = "1.0.8802.1.1.2.1"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
# Columns in the order they are asked for: what a neighbour is called, and our own ports.
LOCAL_PORT_SUBTYPE, LOCAL_PORT, LOCAL_PORT_TEXT = (f"{LLDP}.3.7.1.{n}" for n in (2, 3, 4))
CHASSIS_SUBTYPE, CHASSIS, PORT_SUBTYPE, PORT, PORT_TEXT, NAME = (
    f"{LLDP}.4.1.1.{n}" for n in (4, 5, 6, 7, 8, 9)
)
CAPABILITIES = f"{LLDP}.4.1.1.12"
COLUMNS = (
    *(LOCAL_PORT_SUBTYPE, LOCAL_PORT, LOCAL_PORT_TEXT),
    *(CHASSIS_SUBTYPE, CHASSIS, PORT_SUBTYPE, PORT, PORT_TEXT, NAME, CAPABILITIES),
    *(IF_NAME, IF_OPER_STATUS),
)
_MAC_BYTES = 6
_ADDRESS_BYTES = 5  # of an IPv4 address with its kind in front
_IPV4 = 1  # IANA address family numbers
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_NAME, _PORT_LOCAL = 3, 5, 7
_DOWN = 2
_MOST_TEXT = 255

Cell = int | bytes
Columns = Mapping[str, Mapping[tuple[int, ...], Cell]]


class _Row(NamedTuple):
    """A row of lldpRemTable; its place is time mark, local port, number."""

    columns: Columns
    place: tuple[int, ...]

    def number(self, column: str) -> int:
        """An integer cell; 0 when it is missing or no integer."""
        cell = self.columns.get(column, {}).get(self.place, 0)
        return cell if isinstance(cell, int) else 0

    def octets(self, column: str) -> bytes:
        """A text cell, cut to its longest length; empty when it is missing."""
        cell = self.columns.get(column, {}).get(self.place, b"")
        return cell[:_MOST_TEXT] if isinstance(cell, bytes) else b""


def columns_of(objects: Iterable[tuple[str, Cell]]) -> dict[str, dict[tuple[int, ...], Cell]]:
    """Objects of a walk by column and index; others are left out."""
    found: dict[str, dict[tuple[int, ...], Cell]] = {column: {} for column in COLUMNS}
    lengths = {column: column.count(".") + 1 for column in COLUMNS}
    for oid, cell in objects:
        arcs = oid.strip(".").split(".")
        for column, length in lengths.items():
            if ".".join(arcs[:length]) == column:
                found[column][tuple(map(int, arcs[length:]))] = cell
                break
    return found


def parse(device: str, columns: Columns) -> Sight:
    """One device's neighbours and the ports that are down; it answered, so it was asked."""
    ports = {index: _port(_Row(columns, index), _LOCAL) for index in columns.get(LOCAL_PORT, {})}
    neighbours = []
    for index in columns.get(CHASSIS, {}):
        if len(index) < 3:  # noqa: PLR2004 - the index has three parts
            continue
        row = _Row(columns, index)
        chassis, address = _chassis(row)
        neighbours.append(
            Neighbour(
                device=device,
                port=ports.get((index[1],), str(index[1])),
                neighbor=_text(row.octets(NAME)),
                neighbor_port=_port(row, _REMOTE),
                chassis=chassis,
                address=address,
                capabilities=_capabilities(row.octets(CAPABILITIES)),
            )
        )
    return Sight(asked=(device,), neighbours=tuple(neighbours), down=_down(device, columns))


def join(sights: Iterable[Sight]) -> Sight:
    """What several devices say, together."""
    kept = list(sights)
    return Sight(
        asked=tuple(name for each in kept for name in each.asked),
        neighbours=tuple(n for each in kept for n in each.neighbours),
        down=tuple(port for each in kept for port in each.down),
    )


_LOCAL = (LOCAL_PORT_SUBTYPE, LOCAL_PORT, LOCAL_PORT_TEXT)
_REMOTE = (PORT_SUBTYPE, PORT, PORT_TEXT)


def _port(row: _Row, columns: tuple[str, str, str]) -> str:
    """A port's name: its identifier where that is a name, else its description."""
    kind, content = row.number(columns[0]), row.octets(columns[1])
    described = _text(row.octets(columns[2]))
    if kind in (_PORT_NAME, _PORT_LOCAL) and content:
        return _text(content)
    return described or (_mac(content) if kind == _PORT_MAC else _text(content))


def _chassis(row: _Row) -> tuple[str, str]:
    """A neighbour's chassis as MAC address or text, and as IPv4 address."""
    kind, content = row.number(CHASSIS_SUBTYPE), row.octets(CHASSIS)
    if kind == _CHASSIS_MAC and len(content) == _MAC_BYTES:
        return _mac(content), ""
    if kind == _CHASSIS_ADDRESS and len(content) == _ADDRESS_BYTES and content[0] == _IPV4:
        return "", ".".join(map(str, content[1:]))
    return _text(content), ""


def _capabilities(content: bytes) -> tuple[str, ...]:
    """What a neighbour does; the first bit is the highest (SMIv2 BITS)."""
    first = content[0] if content else 0
    return tuple(word for bit, word in enumerate(WORDS) if first & (0x80 >> bit))


def _down(device: str, columns: Columns) -> tuple[str, ...]:
    names = columns.get(IF_NAME, {})
    found = []
    for index, status in columns.get(IF_OPER_STATUS, {}).items():
        name = names.get(index, b"")
        if status == _DOWN and isinstance(name, bytes) and name:
            found.append(f"{device}:{_text(name)}")
    return tuple(found)


def _text(content: bytes) -> str:
    """Text without control characters: it ends up on terminals and in labels."""
    text = content.decode("utf-8", errors="replace").strip("\x00 ")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _mac(content: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in content)
