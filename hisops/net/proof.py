"""Redundancy proof: no single link, switch or path may cut a class C1 system off.

A system stands when each entry of its `hosts` has a member that is connected, on one island with
the same of all that it depends on. It serves when the access switches and a gateway are there too.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from hisops.core.model import Class, Inventory, Value
from hisops.net.fabric import Drop, Fabric, Role
from hisops.net.world import Kind, World, drops_of, failures, whole


class Lost(Enum):
    """What a system is cut from."""

    ITSELF = "its own hosts"
    DEPENDENCY = "a system it needs"
    EDGE = "users"
    GATEWAY = "gateways"


class Cut(Value, frozen=True, kw_only=True):
    """What one system loses by a failure; `parts` are systems, entries of hosts or switches."""

    system: str
    lost: Lost
    parts: tuple[str, ...]


class Finding(Value, frozen=True, kw_only=True):
    """A single failure, what it cuts, and why that is accepted when it is."""

    element: str
    kind: Kind
    cuts: tuple[Cut, ...]
    accepted: str = ""

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that are hit, each once."""
        return tuple(dict.fromkeys(each.system for each in self.cuts))


class State(Enum):
    """What the proof says of a system."""

    PROVEN = "proven"
    ACCEPTED = "accepted"
    REFUTED = "refuted"
    UNKNOWN = "unknown"
    CUT = "cut now"


class Verdict(Value, frozen=True, kw_only=True):
    """One system: how many single failures cut it, and the hosts whose connection nobody knows."""

    system: str
    state: State
    failures: int
    accepted: int
    unknown_hosts: tuple[str, ...]


class Proof(Value, frozen=True, kw_only=True):
    """All verdicts and findings."""

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


class Stand(NamedTuple):
    """An entry of a system's hosts: the ways into the network of its members, equal ones once."""

    name: str
    ways: frozenset[frozenset[Drop]]
    unknown: tuple[str, ...]

    def islands(self, world: World) -> set[int] | None:
        """Where a member is; None (anywhere) when some member's connection is not known."""
        if self.unknown:
            return None
        return {island for way in self.ways for island in world.reach(way)}


class _Plan(NamedTuple):
    """A system to be proved: its own stands, and those of each system that it needs."""

    name: str
    own: tuple[Stand, ...]
    needs: Mapping[str, tuple[Stand, ...]]


def prove(
    inventory: Inventory, fabric: Fabric, classes: Iterable[Class] = (Class.C1,)
) -> list[Finding]:
    """Every single failure that cuts a system of these classes, what is cut already first."""
    plans, edges, gateways = _plans(inventory, fabric, classes), _edges(fabric), _gateways(fabric)
    judge = _Judge(plans, edges, gateways)
    now = judge.cuts(whole(fabric))
    found = [Finding(element="now", kind=Kind.NOTHING, cuts=tuple(now))] if now else []
    known = {(c.system, c.lost): set(c.parts) for c in now}
    ways = {way for plan in plans for stand in _stands(plan) for way in stand.ways}
    ways |= {way for _, way in gateways}
    for world in failures(fabric, ways):
        cuts = [c for c in judge.cuts(world) if set(c.parts) - known.get((c.system, c.lost), set())]
        if cuts:
            found.append(Finding(element=world.element, kind=world.kind, cuts=tuple(cuts)))
    return found


def conclude(
    inventory: Inventory,
    fabric: Fabric,
    findings: Iterable[Finding],
    classes: Iterable[Class] = (Class.C1,),
    *,
    is_partial: bool = False,
) -> Proof:
    """The verdict on every system of these classes, from the findings after acceptance.

    When only a part of the links between switches is known, nothing is proven.
    """
    kept, verdicts = tuple(findings), []
    for plan in _plans(inventory, fabric, classes):
        mine = [finding for finding in kept if plan.name in finding.systems]
        open_ = [finding for finding in mine if not finding.accepted]
        unknown = dict.fromkeys(host for stand in _stands(plan) for host in stand.unknown)
        verdicts.append(
            Verdict(
                system=plan.name,
                state=_state(mine, open_, is_partial or bool(unknown)),
                failures=sum(finding.kind is not Kind.NOTHING for finding in open_),
                accepted=len(mine) - len(open_),
                unknown_hosts=tuple(unknown),
            )
        )
    return Proof(verdicts=tuple(verdicts), findings=kept)


def _state(mine: list[Finding], open_: list[Finding], is_unknown: bool) -> State:
    if any(finding.kind is Kind.NOTHING for finding in open_):
        return State.CUT
    if open_:
        return State.REFUTED
    if is_unknown:
        return State.UNKNOWN
    return State.ACCEPTED if mine else State.PROVEN


class _Judge(NamedTuple):
    """Compares what systems need with one state of the network."""

    plans: list[_Plan]
    edges: list[str]
    gateways: list[tuple[str, frozenset[Drop]]]

    def cuts(self, world: World) -> list[Cut]:
        """What every system loses."""
        doors = {island for _, way in self.gateways for island in world.reach(way)}
        edges = {edge: world.island(edge) for edge in self.edges}
        return [found for plan in self.plans for found in self._of(plan, world, doors, edges)]

    def _of(
        self, plan: _Plan, world: World, doors: set[int], edges: Mapping[str, int | None]
    ) -> list[Cut]:
        home, lost = _meet(plan.own, world, None)
        if lost:
            return [Cut(system=plan.name, lost=Lost.ITSELF, parts=tuple(lost))]
        missing = []
        for needed, stands in plan.needs.items():
            there, lost = _meet(stands, world, home)
            if lost:
                missing.append(needed)
            elif there is not None:
                home = there
        if missing:
            return [Cut(system=plan.name, lost=Lost.DEPENDENCY, parts=tuple(missing))]
        if home is None:  # nothing is known of any of its hosts
            return []
        return _outside(plan.name, home, doors, edges, bool(self.gateways))


def _meet(
    stands: Iterable[Stand], world: World, home: set[int] | None
) -> tuple[set[int] | None, list[str]]:
    """Islands with a member of every stand, and the stands that cannot be there; None: anywhere."""
    lost = []
    for stand in stands:
        there = stand.islands(world)
        if there is None:
            continue
        both = there if home is None else home & there
        if both:
            home = both
        else:
            lost.append(stand.name)
    return home, lost


def _outside(
    system: str, home: set[int], doors: set[int], edges: Mapping[str, int | None], gated: bool
) -> list[Cut]:
    """What does not reach a system that stands: access switches (a lost one asks for nothing)."""
    dark = tuple(e for e, island in edges.items() if island is not None and island not in home)
    found = [Cut(system=system, lost=Lost.EDGE, parts=dark)] if dark else []
    if gated and not doors & home:
        found.append(Cut(system=system, lost=Lost.GATEWAY, parts=("every gateway",)))
    return found


def _plans(inventory: Inventory, fabric: Fabric, classes: Iterable[Class]) -> list[_Plan]:
    wished = set(classes)
    stands = {
        name: tuple(_stand(inventory, fabric, pattern) for pattern in system.hosts)
        for name, system in inventory.systems.items()
    }
    return [
        _Plan(name, stands[name], {n: stands[n] for n in _needs(inventory, name)})
        for name, system in inventory.systems.items()
        if system.class_ in wished
    ]


def _needs(inventory: Inventory, name: str) -> list[str]:
    """All that a system stands on, however far down; a circle ends where it began."""
    found: dict[str, None] = {}
    todo = [name]
    while todo:
        for needed in inventory.systems[todo.pop()].depends_on:
            if needed in inventory.systems and needed not in found and needed != name:
                found[needed] = None
                todo.append(needed)
    return list(found)


def _stand(inventory: Inventory, fabric: Fabric, pattern: str) -> Stand:
    ways = {host: drops_of(fabric, host) for host in inventory.members(pattern)}
    unknown = tuple(host for host, way in ways.items() if not way)
    return Stand(pattern, frozenset(way for way in ways.values() if way), unknown)


def _stands(plan: _Plan) -> list[Stand]:
    return [*plan.own, *(stand for stands in plan.needs.values() for stand in stands)]


def _edges(fabric: Fabric) -> list[str]:
    return [name for name, role in fabric.roles.items() if role is Role.ACCESS]


def _gateways(fabric: Fabric) -> list[tuple[str, frozenset[Drop]]]:
    found = [
        (name, drops_of(fabric, name)) for name, r in fabric.roles.items() if r is Role.GATEWAY
    ]
    return [(name, way) for name, way in found if way]
