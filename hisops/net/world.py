"""The network after one failure: who still reaches whom."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from hisops.net import cut
from hisops.net.fabric import Cable, Drop, Fabric

_ITSELF = -1


class Kind(Enum):
    """What fails."""

    LINK = "link"
    SWITCH = "switch"
    PATH = "path"
    SHARED_RISK = "shared risk"
    NOTHING = "nothing"


class World(NamedTuple):
    """What failed, and the island that each switch is on since then."""

    element: str
    kind: Kind
    islands: Mapping[str, int]
    moved: Mapping[str, int]
    switches_lost: frozenset[str]
    cables_lost: frozenset[int]

    def island(self, switch: str) -> int | None:
        """The island of a switch; None when it is lost."""
        if switch in self.switches_lost:
            return None
        return self.moved.get(switch, self.islands[switch])

    def reach(self, drops: Iterable[Drop]) -> set[int]:
        """Islands that something with these ways into the network is on."""
        found = {self.island(drop.switch) for drop in drops if drop.cable not in self.cables_lost}
        return {island for island in found if island is not None}


def drops_of(fabric: Fabric, host: str) -> frozenset[Drop]:
    """The ways of a host into the network; a switch is in it by itself. Empty: not known."""
    if fabric.roles[host].forwards:
        return frozenset({Drop(_ITSELF, host)})
    return fabric.drops.get(host, frozenset())


def whole(fabric: Fabric) -> World:
    """The network as it is, with nothing lost."""
    return _remaining(fabric, "", Kind.NOTHING)


def failures(fabric: Fabric, ends: Collection[frozenset[Drop]]) -> Iterator[World]:
    """Every single failure that can cut something: the others leave one island as it was.

    `ends` are the ways into the network of all that matters.
    """
    switches = fabric.switches
    trunks = fabric.trunks()
    number = {name: n for n, name in enumerate(switches)}
    walked = cut.walk(len(switches), [(number[c.a], number[c.b]) for _, c in trunks])
    islands = {name: walked.root[n] for n, name in enumerate(switches)}
    yield from _link_failures(fabric, walked, switches, islands, ends)
    yield from _switch_failures(walked, switches, islands, ends)
    paths: dict[str, set[int]] = {}
    for each, cable in enumerate(fabric.cables):
        if cable.path:
            paths.setdefault(cable.path, set()).add(each)
    for path, cables in paths.items():
        yield _remaining(fabric, path, Kind.PATH, cables=frozenset(cables))
    for risk, hosts in fabric.risks.items():
        lost = frozenset(host for host in hosts if fabric.roles[host].forwards)
        yield _remaining(fabric, risk, Kind.SHARED_RISK, switches=lost, hosts=frozenset(hosts))


def _link_failures(
    fabric: Fabric,
    walked: cut.Walk,
    switches: list[str],
    islands: Mapping[str, int],
    ends: Iterable[frozenset[Drop]],
) -> Iterator[World]:
    trunks = fabric.trunks()
    parts = {trunks[edge][0]: below for edge, below in cut.bridges(walked)}
    only = {next(iter(drops)).cable for drops in ends if len(drops) == 1} - {_ITSELF}
    for cable in sorted(only | parts.keys()):
        moved = {switches[node]: len(switches) for node in parts.get(cable, ())}
        element = fabric.cables[cable].text
        yield World(element, Kind.LINK, islands, moved, frozenset(), frozenset({cable}))


def _switch_failures(
    walked: cut.Walk,
    switches: list[str],
    islands: Mapping[str, int],
    ends: Iterable[frozenset[Drop]],
) -> Iterator[World]:
    parts = {switches[node]: found for node, found in cut.articulations(walked)}
    homes = [{drop.switch for drop in drops} for drops in ends]
    only = {next(iter(home)) for home in homes if len(home) == 1}
    for switch in sorted(only | parts.keys()):
        moved = {
            switches[node]: len(switches) + n
            for n, below in enumerate(parts.get(switch, ()))
            for node in below
        }
        yield World(switch, Kind.SWITCH, islands, moved, frozenset({switch}), frozenset())


def _remaining(
    fabric: Fabric,
    element: str,
    kind: Kind,
    *,
    cables: frozenset[int] = frozenset(),
    switches: frozenset[str] = frozenset(),
    hosts: frozenset[str] = frozenset(),
) -> World:
    """The network without many things at once: islands are counted anew."""
    number = {name: n for n, name in enumerate(fabric.switches)}
    lost = cables | {n for n, c in enumerate(fabric.cables) if _touches(c, switches | hosts)}
    edges = [(number[c.a], number[c.b]) for n, c in fabric.trunks() if n not in lost]
    found = cut.components(len(number), edges)
    islands = {name: found[n] for name, n in number.items()}
    return World(element, kind, islands, {}, switches, lost)


def _touches(cable: Cable, hosts: Collection[str]) -> bool:
    return cable.a in hosts or cable.b in hosts
