"""The network as a graph: switches that pass traffic on, and what hangs on them.

A server with two ports does not pass traffic from one switch to the other, so servers, firewalls
and access points are ends here, never a way through.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from hisops.core.model import Host, Inventory, Link

# Cables that carry no packets between hosts, whatever they join.
_OTHER_KINDS = frozenset({"power", "console", "serial", "fc", "san"})


class Role(Enum):
    """What a device does with packets of others."""

    CORE = "core"
    AGGREGATION = "aggregation"
    ACCESS = "access"
    SWITCH = "switch"
    GATEWAY = "gateway"
    END = "end"

    @property
    def forwards(self) -> bool:
        """Whether traffic of others passes through it."""
        return self not in (Role.GATEWAY, Role.END)


# Names of Ansible groups that say what their hosts are; the variable `net_role` says it better.
_GROUPS: Mapping[str, Role] = {
    "core": Role.CORE,
    "spine": Role.CORE,
    "aggregation": Role.AGGREGATION,
    "distribution": Role.AGGREGATION,
    "access": Role.ACCESS,
    "leaf": Role.ACCESS,
    "switch": Role.SWITCH,
    "switches": Role.SWITCH,
    "firewall": Role.GATEWAY,
    "firewalls": Role.GATEWAY,
    "gateway": Role.GATEWAY,
    "router": Role.GATEWAY,
    "routers": Role.GATEWAY,
}


class Cable(NamedTuple):
    """A cable between two devices, with the ports that it is in."""

    a: str
    a_port: str
    b: str
    b_port: str
    path: str = ""

    @property
    def text(self) -> str:
        """The cable as people write it."""
        return f"{_end(self.a, self.a_port)} - {_end(self.b, self.b_port)}"

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends as `host:port`."""
        return _end(self.a, self.a_port), _end(self.b, self.b_port)


class Drop(NamedTuple):
    """One way of an end into the network: the cable's number and the switch it leads to."""

    cable: int
    switch: str


class Fabric(NamedTuple):
    """Cables, the role of every host, and how each end is connected; an end without is unknown."""

    cables: tuple[Cable, ...]
    roles: Mapping[str, Role]
    drops: Mapping[str, frozenset[Drop]]
    risks: Mapping[str, tuple[str, ...]]

    @property
    def switches(self) -> list[str]:
        """Devices that pass traffic on, in the order of the inventory."""
        return [name for name, role in self.roles.items() if role.forwards]

    def trunks(self) -> list[tuple[int, Cable]]:
        """Cables between two switches, with their numbers."""
        return [
            (number, cable)
            for number, cable in enumerate(self.cables)
            if self.roles[cable.a].forwards and self.roles[cable.b].forwards
        ]


def role_of(host: Host) -> Role:
    """What the variable `net_role` says, else the innermost group with a telling name."""
    named = str(host.vars.get("net_role", ""))
    if named in {role.value for role in Role}:
        return Role(named)
    return next((_GROUPS[name] for name in reversed(host.groups) if name in _GROUPS), Role.END)


def cables_of(links: Iterable[Link], hosts: Mapping[str, Host]) -> list[Cable]:
    """The links of the inventory that carry packets between hosts that exist."""
    found = []
    for link in links:
        a, _, a_port = link.a.partition(":")
        b, _, b_port = link.b.partition(":")
        if link.kind not in _OTHER_KINDS and a in hosts and b in hosts and a != b:
            found.append(Cable(a, a_port, b, b_port, link.path))
    return found


def build(inventory: Inventory, cables: Iterable[Cable] | None = None) -> Fabric:
    """The graph of the inventory's links, or of other cables between its hosts."""
    hosts = inventory.hosts
    kept = tuple(cables_of(inventory.links, hosts) if cables is None else cables)
    roles = {name: role_of(host) for name, host in hosts.items()}
    own: dict[str, set[Drop]] = {}
    for number, cable in enumerate(kept):
        for end, far in ((cable.a, cable.b), (cable.b, cable.a)):
            if roles[far].forwards and not roles[end].forwards:
                own.setdefault(end, set()).add(Drop(number, far))
    drops = {name: frozenset(found) for name, found in own.items()}
    drops |= _guests(inventory, drops)
    return Fabric(kept, roles, drops, _risks(hosts))


def _guests(
    inventory: Inventory, drops: Mapping[str, frozenset[Drop]]
) -> dict[str, frozenset[Drop]]:
    """Virtual machines: all ways of all hypervisors that their variable `runs_on` names."""
    clusters: dict[tuple[str, ...], frozenset[Drop]] = {}
    found = {}
    for name, host in inventory.hosts.items():
        patterns = _words(host.vars.get("runs_on"))
        if not patterns or name in drops:
            continue
        if patterns not in clusters:
            below = [member for pattern in patterns for member in inventory.members(pattern)]
            clusters[patterns] = frozenset().union(*(drops.get(each, ()) for each in below))
        if clusters[patterns]:
            found[name] = clusters[patterns]
    return found


def _risks(hosts: Mapping[str, Host]) -> dict[str, tuple[str, ...]]:
    """Hosts that are lost together, by the name of what they share (variable `shared_risk`)."""
    found: dict[str, list[str]] = {}
    for name, host in hosts.items():
        for risk in _words(host.vars.get("shared_risk")):
            found.setdefault(risk, []).append(name)
    return {risk: tuple(names) for risk, names in found.items()}


def _words(value: object) -> tuple[str, ...]:
    """A variable that holds a name or a list of names."""
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _end(host: str, port: str) -> str:
    return f"{host}:{port}" if port else host
