"""What the devices themselves say: their neighbours over LLDP, and ports that are down."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from hisops.core import metric_text
from hisops.core.errors import Exit, OpsError
from hisops.core.model import Inventory, Value

_MAC = re.compile(r"(?:[0-9a-f]{2}[:.-]?){5}[0-9a-f]{2}")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")
# LldpSystemCapabilitiesMap (IEEE 802.1AB-2005, clause 12), the highest bit first.
CAPABILITIES = ("other", "repeater", "bridge", "wlan", "router", "telephone", "docsis", "station")
_VARIABLES = ("chassis_mac", "chassis_id", "mac", "serial")
SERIES = "hisops_lldp_neighbor_info"
DOWN_SERIES = "ifOperStatus"
_DOWN = 2.0  # IF-MIB, ifOperStatus
MOST_NEIGHBOURS = 100_000


class Neighbour(Value, frozen=True, kw_only=True):
    """A device as its neighbour sees it, in its own words; capabilities as lldpd names them."""

    device: str
    port: str
    neighbor: str = ""
    neighbor_port: str = ""
    chassis: str = ""
    address: str = ""
    capabilities: tuple[str, ...] = ()

    @property
    def passes_on(self) -> bool:
        """Whether it says that it is a switch or a router."""
        return bool({"bridge", "router"} & {each.lower() for each in self.capabilities})


class Sight(Value, frozen=True, kw_only=True):
    """All that was seen: who answered, the neighbours, ports that are down as `host:port`."""

    asked: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    down: tuple[str, ...] = ()


class Names(NamedTuple):
    """Finds the host of the inventory behind what a device calls itself."""

    hosts: Mapping[str, str]
    short: Mapping[str, str]

    def find(self, *words: str) -> str:
        """The host that the first telling word stands for; empty when none does."""
        for word in words:
            key = _key(word)
            found = self.hosts.get(key) or self.short.get(key.partition(".")[0])
            if key and found:
                return found
        return ""

    def of(self, seen: Neighbour) -> str:
        """The host behind a neighbour: its chassis says more than its name (every new switch has one)."""
        return self.find(seen.chassis, seen.neighbor, seen.address)


def names_of(inventory: Inventory) -> Names:
    """Names, addresses and the variables chassis_mac, chassis_id, mac, serial of all hosts."""
    known: dict[str, str] = {}
    short: dict[str, list[str]] = {}
    for name, host in inventory.hosts.items():
        words = [name, host.address, *(str(host.vars.get(each, "")) for each in _VARIABLES)]
        known |= {_key(word): name for word in words if word}
        short.setdefault(name.lower().partition(".")[0], []).append(name)
    return Names(known, {word: found[0] for word, found in short.items() if len(found) == 1})


def from_series(rows: Iterable[tuple[Mapping[str, str], float]]) -> Sight:
    """What Prometheus holds: neighbours, and ifOperStatus of ports that are down.

    A device without any neighbour still answered when it has one of the series.
    """
    asked: dict[str, None] = {}
    neighbours, down = [], []
    for labels, value in rows:
        device = labels.get("instance", "")
        if labels.get("__name__") == SERIES:
            asked[device] = None
            neighbours.append(_neighbour(labels))
        elif labels.get("__name__") == DOWN_SERIES:
            asked[device] = None
            ports = {labels.get(key, "") for key in ("ifName", "ifDescr")} - {""}
            down += [f"{device}:{port}" for port in sorted(ports) if value == _DOWN]
    return Sight(asked=tuple(asked), neighbours=tuple(neighbours), down=tuple(down))


def from_text(text: str, place: str) -> Sight:
    """A file for a network without a way to it: JSON as `topology --seen --json` prints, or a page
    of series; raises OpsError USAGE for anything else."""
    fix = "give what `hisops net topology --seen --json` prints, or a page with " + SERIES
    try:
        if text.lstrip().startswith("{"):
            found = msgspec.json.decode(text, type=Sight)
        else:
            described, values = metric_text.parse(text)
            pairs = zip(described, values, strict=True)
            rows = [
                ({**dict(labels), "__name__": family.name}, float(value))
                for (family, labels), value in pairs
            ]
            found = from_series(rows)
    except (msgspec.MsgspecError, ValueError) as error:
        raise OpsError(f"{place}: {error}", fix=fix, code=Exit.USAGE) from None
    if not found.asked or len(found.neighbours) > MOST_NEIGHBOURS:
        cause = f"{place}: it says of no device that it was asked"
        if found.asked:
            cause = f"{place}: more than {MOST_NEIGHBOURS} neighbours"
        raise OpsError(cause, fix=fix, code=Exit.USAGE)
    return found


def _neighbour(labels: Mapping[str, str]) -> Neighbour:
    """A neighbour from its series; a port's identifier counts where it is a name."""
    ports = {
        key: _port(labels.get(f"{key}_id", ""), labels.get(key, ""))
        for key in ("local_port", "neighbor_port")
    }
    return Neighbour(
        device=labels.get("instance", ""),
        port=ports["local_port"],
        neighbor=labels.get("neighbor", ""),
        neighbor_port=ports["neighbor_port"],
        chassis=labels.get("neighbor_id", "") or labels.get("chassis", ""),
        address=labels.get("address", ""),
        capabilities=_capabilities(labels.get("neighbor_bits", "")),
    )


def _capabilities(bits: str) -> tuple[str, ...]:
    """What a device does, from the octets of its capabilities as the SNMP probe labels them."""
    if not bits:
        return ()
    first = int(bits[:2], 16) if _HEX.fullmatch(bits) else ord(bits[0]) & 0xFF
    return tuple(word for bit, word in enumerate(CAPABILITIES) if first & (0x80 >> bit))


def _port(identifier: str, description: str) -> str:
    """What a port is called: descriptions are free text, identifiers may be MAC addresses."""
    is_name = identifier.isprintable() and not _MAC.fullmatch(_key(identifier))
    return identifier if identifier and is_name else description or identifier


def _key(word: str) -> str:
    """A word as it is looked up: MAC addresses without their signs, all in small letters."""
    text = word.strip().lower().removeprefix("0x")
    return re.sub(r"[:.-]", "", text) if _MAC.fullmatch(text) else text
