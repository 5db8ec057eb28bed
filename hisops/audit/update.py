"""Which updates a host lacks: apt's own answer beside what the indexes on the host offer.

apt leaves out what a pin, a hold or a low priority hides; then it says 0 while fixes are missing.
So both are judged here, and the difference is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum

from hisops.audit.apt import (
    Release,
    Simulation,
    Step,
    is_security_origin,
    parse_release,
    parse_simulation,
)
from hisops.audit.facts import Facts, Index, Offer, Package, Packages, Upgrade
from hisops.audit.version import is_newer, key
from hisops.core.model import Value


class State(Enum):
    """What apt would do about an update."""

    UPGRADE = "upgrade"
    HELD = "held"
    KEPT = "kept back"
    PHASED = "phased"
    HIDDEN = "hidden"
    NEW = "new"
    REMOVE = "remove"
    DOWNGRADE = "downgrade"
    REPLACE = "replace"


MISSING = frozenset({State.UPGRADE, State.HELD, State.KEPT, State.PHASED, State.HIDDEN})


class Update(Value, frozen=True, kw_only=True):
    """One package that is not as the indexes would have it."""

    package: str
    installed: str
    candidate: str
    security: bool
    origin: str
    state: State
    held: bool

    @property
    def is_missing(self) -> bool:
        """Whether the host runs an older version than it could; not so for what an upgrade adds."""
        return self.state in MISSING


class _Known(Value, frozen=True, kw_only=True):
    """An offer and where it stands."""

    offer: Offer
    release: Release


def list_updates(facts: Facts) -> list[Update]:
    """Everything apt would change and everything newer that it would not, by name."""
    simulation = parse_simulation(facts.get(Upgrade).out)
    native = native_architecture(facts.get(Packages).rows)
    packages = {name_of(p.name, p.architecture, native): p for p in facts.get(Packages).rows}
    known = _by_package(facts.get(Index), packages, native)
    planned = {step.package: step for step in simulation.steps}
    rows = [
        _judge(name, packages.get(name), known.get(name, ()), planned.get(name), simulation)
        for name in sorted(packages.keys() | planned.keys())
    ]
    return [row for row in rows if row is not None]


def native_architecture(packages: Iterable[Package]) -> str:
    """The host's main architecture: that of dpkg itself."""
    return next((p.architecture for p in packages if p.name == "dpkg"), "amd64")


def name_of(name: str, architecture: str, native: str) -> str:
    """A package as apt names it: with its architecture only when that is a foreign one."""
    return name if architecture in (native, "all") else f"{name}:{architecture}"


def _by_package(
    index: Index, packages: Mapping[str, Package], native: str
) -> dict[str, list[_Known]]:
    found: dict[str, list[_Known]] = defaultdict(list)
    for file in index.files:
        head = index.releases[file.release].head if file.release else ""
        release = parse_release(head)
        for offer in file.offers:
            name = name_of(offer.name, offer.architecture, native)
            if name in packages:
                found[name].append(_Known(offer=offer, release=release))
    return found


def _judge(
    name: str,
    package: Package | None,
    known: Iterable[_Known],
    step: Step | None,
    simulation: Simulation,
) -> Update | None:
    if package is None:
        return _added(step) if step else None
    newer = [
        each
        for each in known
        if each.offer.version != package.version and is_newer(each.offer.version, package.version)
    ]
    security = any(each.release.is_security for each in newer)
    held = package.want == "hold"
    if step is not None:
        return _planned(step, security=security, held=held)
    if not newer:
        return None
    best = _best(newer, [each for each in known if each.release.is_automatic], package.version)
    if best is None:
        return None
    return Update(
        package=name,
        installed=package.version,
        candidate=best.offer.version,
        security=security,
        origin=best.release.shown,
        state=_why_not(name, best, simulation, held=held),
        held=held,
    )


def _best(newer: Iterable[_Known], automatic: Iterable[_Known], installed: str) -> _Known | None:
    """The newest version that apt takes without being asked (apt_preferences(5)).

    Backports (ButAutomaticUpgrades) count only where the installed version is newer than all that
    the automatic archives have, that is where it came from there itself.
    """
    plain = any(not is_newer(installed, each.offer.version) for each in automatic)
    eligible = [
        each
        for each in newer
        if each.release.is_automatic or (each.release.upgrades_only and not plain)
    ]
    return max(eligible, key=lambda each: key(each.offer.version), default=None)


def _added(step: Step) -> Update:
    return Update(
        package=step.package,
        installed="",
        candidate=step.candidate,
        security=any(map(is_security_origin, step.origins)),
        origin=", ".join(step.origins),
        state=State.NEW,
        held=False,
    )


def _planned(step: Step, *, security: bool, held: bool) -> Update:
    state = _direction(step)
    from_security = any(map(is_security_origin, step.origins))
    return Update(
        package=step.package,
        installed=step.installed,
        candidate=step.candidate,
        security=state is State.UPGRADE and (security or from_security),
        origin=", ".join(step.origins),
        state=state,
        held=held,
    )


def _direction(step: Step) -> State:
    if not step.candidate:
        return State.REMOVE
    if is_newer(step.candidate, step.installed):
        return State.UPGRADE
    return State.DOWNGRADE if is_newer(step.installed, step.candidate) else State.REPLACE


def _why_not(name: str, best: _Known, simulation: Simulation, *, held: bool) -> State:
    if held:
        return State.HELD
    if name in simulation.phased or best.offer.phased < 100:  # noqa: PLR2004 - per cent
        return State.PHASED
    return State.KEPT if name in simulation.kept else State.HIDDEN
