"""The network as it is cabled against the network as it is written down."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from hisops.core.model import Value
from hisops.net import port
from hisops.net.fabric import Cable, Fabric, Role
from hisops.net.sight import Names, Neighbour, Sight

_SAME = 3


class Kind(Enum):
    """What is different."""

    DOWN = "down"
    MISSING = "missing"
    MOVED = "moved"
    ONE_SIDED = "one-sided"
    UNEXPECTED = "unexpected"
    STRANGER = "stranger"
    SILENT = "silent"


class Difference(Value, frozen=True, kw_only=True):
    """One difference; `link` is the cable, or the switch that nobody sees."""

    kind: Kind
    link: str
    detail: str


class Seen(NamedTuple):
    """A cable that is there, with the devices that say so; `stranger` is no host of the inventory."""

    cable: Cable
    witnesses: frozenset[str]
    stranger: bool = False
    passes_on: bool = False


class Comparison(NamedTuple):
    """The differences, and every cable with what is wrong with it (`unknown` counts as nothing).

    `present` are the cables that carry traffic, as far as anybody can tell.
    """

    differences: list[Difference]
    lines: list[tuple[Cable, str]]
    present: list[Cable]
    unknown: list[Cable]


def merge(sight: Sight, names: Names) -> list[Seen]:
    """The cables that are there: what both ends say of one cable counts once."""
    found: dict[frozenset[tuple[str, str]], Seen] = {}
    for each in sight.neighbours:
        device = names.find(each.device) or each.device
        far = names.of(each)
        cable = Cable(device, each.port, far or _called(each), each.neighbor_port)
        key = frozenset(
            {(cable.a, port.canonical(cable.a_port)), (cable.b, port.canonical(cable.b_port))}
        )
        old = found.get(key)
        witnesses = frozenset({device}) | (old.witnesses if old else frozenset())
        passes = each.passes_on or bool(old and old.passes_on)
        found[key] = Seen(old.cable if old else cable, witnesses, not far, passes)
    return list(found.values())


def compare(fabric: Fabric, sight: Sight, names: Names) -> Comparison:
    """Every difference once, and what cannot be told."""
    asked = {names.find(device) or device for device in sight.asked}
    seen = merge(sight, names)
    known = [each for each in seen if not each.stranger]
    pairs, missing = _match(list(fabric.cables), known)
    heard = asked | {end for each in known for end in (each.cable.a, each.cable.b)}
    judge = _Missing(fabric, asked, heard, _down(sight, names))
    unknown = [cable for cable in missing if judge.is_unknown(cable)]
    gone = [cable for cable in missing if not judge.is_unknown(cable)]
    found = [d for cable, each in pairs for d in _of_pair(cable, each, asked)]
    wrong = {difference.link: difference.kind.value for difference in found}
    # A cable that is as it is written down is told in the same words.
    real = {id(e): c if _likeness(c, e) == _SAME else e.cable for c, e in pairs}
    lines = [(real[id(each)], wrong.get(cable.text, "")) for cable, each in pairs]
    lines += [(cable, "unknown") for cable in unknown]
    lines += [(cable, judge.kind(cable).value) for cable in gone]
    found += judge.differences(gone)
    used = {id(each) for _, each in pairs}
    for each in seen:
        if id(each) not in used:
            more = list(_of_rest(each, fabric))
            found += more
            lines.append((each.cable, more[0].kind.value if more else ""))
    paths = {id(each): cable.path for cable, each in pairs}
    present = [
        real.get(id(each), each.cable)._replace(path=paths.get(id(each), ""))
        for each in known
        if {each.cable.a, each.cable.b} <= fabric.roles.keys()
    ]
    return Comparison(found, lines, [*present, *unknown], unknown)


def _down(sight: Sight, names: Names) -> dict[str, list[str]]:
    """Ports that are down, by device."""
    found: dict[str, list[str]] = {}
    for entry in sight.down:
        device, _, name = entry.partition(":")
        found.setdefault(names.find(device) or device, []).append(name)
    return found


def _called(seen: Neighbour) -> str:
    return seen.neighbor or seen.chassis or seen.address or "unnamed"


def _of_rest(each: Seen, fabric: Fabric) -> Iterator[Difference]:
    """Telephones and workstations on access switches announce themselves too: that is no news."""
    near = fabric.roles.get(each.cable.a, Role.END)
    if each.stranger and not each.passes_on and near not in (Role.CORE, Role.AGGREGATION):
        return
    kind = Kind.STRANGER if each.stranger else Kind.UNEXPECTED
    what = "is not in the inventory" if each.stranger else "the cable is not in links.yml"
    detail = f"seen by {', '.join(sorted(each.witnesses))}; {what}"
    yield Difference(kind=kind, link=each.cable.text, detail=detail)


def _match(cables: list[Cable], seen: list[Seen]) -> tuple[list[tuple[Cable, Seen]], list[Cable]]:
    """Pairs of a cable and what is there of it, the closest likeness first, and the rest."""
    by_device: dict[str, list[Seen]] = {}
    for each in seen:
        for end in {each.cable.a, each.cable.b}:
            by_device.setdefault(end, []).append(each)
    pairs: list[tuple[Cable, Seen]] = []
    used: set[int] = set()
    for closeness in (_SAME, 2, 1, 0):
        rest = []
        for cable in cables:
            near = {id(s): s for end in (cable.a, cable.b) for s in by_device.get(end, ())}
            fits = (
                s for key, s in near.items() if key not in used and _likeness(cable, s) == closeness
            )
            match = next(fits, None)
            if match is None:
                rest.append(cable)
            else:
                used.add(id(match))
                pairs.append((cable, match))
        cables = rest
    return pairs, cables


def _likeness(cable: Cable, seen: Seen) -> int | None:
    """3: the same; 2, 1: the same devices, one or no port right; 0: one end only; None: another."""
    ways = (_turned(seen.cable), seen.cable)
    for way in ways:
        if (way.a, way.b) == (cable.a, cable.b):
            right = port.is_same(cable.a_port, way.a_port) + port.is_same(cable.b_port, way.b_port)
            return right + 1
    for way in ways:
        for end, name in ((cable.a, cable.a_port), (cable.b, cable.b_port)):
            if name and way.a == end and port.is_same(name, way.a_port):
                return 0
    return None


def _of_pair(cable: Cable, each: Seen, asked: set[str]) -> Iterator[Difference]:
    if _likeness(cable, each) != _SAME:
        detail = f"it is {each.cable.text}"
        yield Difference(kind=Kind.MOVED, link=cable.text, detail=detail)
    blind = {each.cable.a, each.cable.b} & asked - each.witnesses
    if blind:
        detail = f"{', '.join(sorted(blind))} does not see the other end"
        yield Difference(kind=Kind.ONE_SIDED, link=cable.text, detail=detail)


class _Missing(NamedTuple):
    """Judges cables that nobody sees."""

    fabric: Fabric
    asked: set[str]
    heard: set[str]
    down: Mapping[str, list[str]]

    def is_unknown(self, cable: Cable) -> bool:
        """Whether nobody who could see it was asked, or the far end may well speak no LLDP."""
        if not {cable.a, cable.b} & self.asked:
            return True
        mute = [end for end in (cable.a, cable.b) if end not in self.heard]
        ends = [end for end in mute if not self.fabric.roles[end].forwards]
        return bool(ends) and not self._is_down(cable)

    def kind(self, cable: Cable) -> Kind:
        """Why a cable is not seen."""
        if self._silent(cable):
            return Kind.SILENT
        return Kind.DOWN if self._is_down(cable) else Kind.MISSING

    def differences(self, cables: Iterable[Cable]) -> list[Difference]:
        """One for each cable; one for a switch that nobody sees, with all its cables."""
        silent: dict[str, int] = {}
        found = []
        for cable in cables:
            kind = self.kind(cable)
            if kind is Kind.SILENT:
                silent[self._silent(cable)] = silent.get(self._silent(cable), 0) + 1
                continue
            detail = f"asked: {', '.join(sorted({cable.a, cable.b} & self.asked))}"
            found.append(Difference(kind=kind, link=cable.text, detail=detail))
        for switch, count in silent.items():
            detail = f"it does not answer, and nobody sees it on its {count} cables"
            found.append(Difference(kind=Kind.SILENT, link=switch, detail=detail))
        return found

    def _silent(self, cable: Cable) -> str:
        """The switch at either end that neither answers nor is heard of."""
        ends = [end for end in (cable.a, cable.b) if end not in self.heard]
        return next((end for end in ends if self.fabric.roles[end].forwards), "")

    def _is_down(self, cable: Cable) -> bool:
        ends = ((cable.a, cable.a_port), (cable.b, cable.b_port))
        return any(
            name and port.is_same(name, seen)
            for end, name in ends
            for seen in self.down.get(end, ())
        )


def _turned(cable: Cable) -> Cable:
    return Cable(cable.b, cable.b_port, cable.a, cable.a_port, cable.path)
