"""probes/*.yml: which modules (a probe unit with its options) look at which targets.

A module's name may be that of a unit, which stands for the unit with its defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hisops.core import config, units
from hisops.core.config import Problem
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.model import Host, Inventory, Value
from hisops.core.site import Site, site_files
from hisops.core.text import did_you_mean
from hisops.monitor import targets as scrape
from hisops.monitor.probe import Endpoint, Probe

FOLDER = "probes"
PACKAGE = "hisops.monitor.probes"


class Watch(Value, frozen=True, kw_only=True):
    """One entry of `targets`: hosts of the inventory, or targets as they are written.

    `target` says how a host's target looks; `{address}` and `{host}` in it are filled in.
    """

    module: str
    hosts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    target: str = ""
    port: int = 0
    system: str = ""
    tier: int | None = None
    labels: Mapping[str, str] = {}


class _File(Value, frozen=True, kw_only=True):
    modules: Mapping[str, Mapping[str, Any]] = {}
    targets: tuple[Watch, ...] = ()


class Check(Value, frozen=True, kw_only=True):
    """A module on one target, the labels of all its series, and the tier it is asked in."""

    module: str
    target: str
    instance: str
    tier: int
    labels: Mapping[str, str]

    @property
    def group(self) -> str:
        """The page of the prober, and the scrape job, that it belongs to."""
        return f"tier-{self.tier}"


class Plan(Value, frozen=True, kw_only=True):
    """All that a site wants to be probed; options of a module are as they were written."""

    modules: Mapping[str, Mapping[str, Any]] = {}
    checks: tuple[Check, ...] = ()


def read(io: Io, site: Site) -> tuple[Plan, list[Problem]]:
    """The site's probes, as far as they are right, and every mistake in them."""
    problems: list[Problem] = []
    modules: dict[str, Mapping[str, Any]] = {}
    entries: list[tuple[str, int, Watch]] = []
    kinds = Kinds(units_folder(site.root))
    for file, path in site_files(io, site.root, FOLDER).items():
        data = config.parse(io.read(path), file, problems)
        found = config.decode(data or {}, _File, file, problems)
        if found is not None:
            problems += _modules(found, file, kinds, modules)
            entries += [(file, number, each) for number, each in enumerate(found.targets)]
    checks: list[Check] = []
    for file, number, entry in entries:
        at: config.Path = ("targets", number)
        if entry.module not in modules and entry.module not in kinds:
            fix = did_you_mean(entry.module, [*modules, *kinds]) or "see hisops probe modules"
            cause = f"there is no module {entry.module!r}"
            problems.append(Problem(file=file, at=(*at, "module"), cause=cause, fix=fix))
            continue
        problems += _names(entry, site.inventory, file, at)
        checks += _checks(entry, site.inventory)
    problems += _twice(checks, entries)
    if checks and "prober" not in site.settings.stack:
        cause = f"{len(checks)} probes, and no prober in the stack: nothing looks at them"
        fix = "add prober to the stack"
        problems.append(Problem(file="site.yml", at=("stack",), cause=cause, fix=fix))
    return Plan(modules=modules, checks=tuple(checks)), problems


def require(io: Io, site: Site) -> Plan:
    """The site's probes; raises OpsError USAGE with the first mistake, so that none is dropped."""
    plan, problems = read(io, site)
    if problems:
        first = problems[0]
        fix = first.fix or "hisops check tells all of them"
        raise OpsError(f"{first.file}: {first.cause}", fix=fix, code=Exit.USAGE)
    return plan


class Kinds(Mapping[str, type[Probe]]):
    """Probe units by name, those of hisops and those in a site's folder; loaded when asked for."""

    def __init__(self, folder: str = "") -> None:
        self._own = units.site_files(folder)
        self._names = sorted({*units.names(PACKAGE), *self._own})
        self._loaded: dict[str, type[Probe]] = {}

    def __getitem__(self, name: str) -> type[Probe]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            own = self._own.get(name)
            self._loaded[name] = _load(own) if own else units.load(PACKAGE, name)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _load(path: str) -> type[Probe]:
    """A site's own unit; whatever its file raises is an OpsError."""
    try:
        return units.load_file(path)
    except OpsError:
        raise
    except Exception as error:  # noqa: BLE001 - the site's own code may raise anything
        cause = f"{path}: the unit does not load: {type(error).__name__}: {error}"
        raise OpsError(cause, fix="mend the file, or remove it") from None


def units_folder(root: str) -> str:
    """Where a site keeps probe units of its own."""
    return str(Path(root, "units", "probes"))


def make(
    name: str, modules: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, type[Probe]]
) -> Probe:
    """The probe that a module stands for; raises OpsError with the first mistake."""
    problems: list[Problem] = []
    options = dict(modules.get(name, {}))
    kind = kinds.get(str(options.pop("probe", name)))
    if kind is None:
        fix = did_you_mean(name, [*modules, *kinds]) or "see hisops probe modules"
        raise OpsError(f"there is no module {name!r}", fix=fix)
    made = config.decode(options, kind, FOLDER, problems)
    if made is None:
        raise OpsError(f"module {name}: {problems[0].cause}", fix=problems[0].fix)
    return made


def _modules(
    file: _File,
    name: str,
    kinds: Mapping[str, type[Probe]],
    known: dict[str, Mapping[str, Any]],
) -> Iterator[Problem]:
    for module, options in file.modules.items():
        at = ("modules", module)
        rest = dict(options)
        unit = rest.pop("probe", None)
        if module in known:
            cause = f"the module {module!r} is in another file too"
            yield Problem(file=name, at=at, cause=cause, fix="give it another name")
        if not isinstance(unit, str) or unit not in kinds:
            fix = did_you_mean(str(unit), kinds) or f"known: {', '.join(sorted(kinds))}"
            cause = f"{module}: there is no probe {unit!r}" if unit else f"{module}: probe: missing"
            yield Problem(file=name, at=(*at, "probe") if unit else at, cause=cause, fix=fix)
            continue
        found: list[Problem] = []
        config.decode(rest, kinds[unit], name, found, at)
        yield from found
        known[module] = options


def _names(entry: Watch, inventory: Inventory, file: str, at: config.Path) -> Iterator[Problem]:
    """Hosts and systems that do not exist, and hosts that must be left alone."""
    if not entry.hosts and not entry.targets:
        yield Problem(file=file, at=at, cause="neither hosts nor targets", fix="name some")
    if entry.system and entry.system not in inventory.systems:
        fix = did_you_mean(entry.system, inventory.systems) or "name a system of the inventory"
        cause = f"there is no system {entry.system!r}"
        yield Problem(file=file, at=(*at, "system"), cause=cause, fix=fix)
    for number, target in enumerate(entry.targets):
        try:
            Endpoint(target).port(entry.port)
        except OpsError as error:
            where = (*at, "targets", number)
            yield Problem(file=file, at=where, cause=error.cause, fix="write 1 to 65535")
    if entry.tier is not None and entry.tier not in range(5):
        cause = f"there is no tier {entry.tier}"
        yield Problem(file=file, at=(*at, "tier"), cause=cause, fix="write 0 to 4")
    zones = scrape.Zones(inventory.zones)
    for number, pattern in enumerate(entry.hosts):
        where = (*at, "hosts", number)
        members = inventory.members(pattern)
        if not members and pattern not in inventory.groups:
            known = {**inventory.hosts, **inventory.groups}
            fix = did_you_mean(pattern, known) or "name a host or group of the inventory"
            cause = f"there is no host or group {pattern!r}"
            yield Problem(file=file, at=where, cause=cause, fix=fix)
        for host in members:
            zone = zones.of(inventory.hosts[host])
            reason = scrape.forbidden(host, inventory.zones.get(zone))
            if reason:
                cause = f"{host} is in zone {zone}: {reason}"
                fix = "take it out, or name it in the zone's `allow` when its vendor agrees"
                yield Problem(file=file, at=where, cause=cause, fix=fix)
                break


def _checks(entry: Watch, inventory: Inventory) -> Iterator[Check]:
    zones = scrape.Zones(inventory.zones)
    mains = scrape.main_systems(inventory)
    for pattern in entry.hosts:
        for name in inventory.members(pattern):
            host = inventory.hosts[name]
            zone = zones.of(host)
            if not scrape.forbidden(name, inventory.zones.get(zone)):
                system = entry.system or mains.get(name, "")
                yield _check(entry, inventory, _target(entry, host), name, system, zone)
    for target in entry.targets:
        yield _check(entry, inventory, target, target, entry.system, "")


def _target(entry: Watch, host: Host) -> str:
    if entry.target:
        return entry.target.replace("{address}", host.address).replace("{host}", host.name)
    if not entry.port:
        return host.address
    return (
        f"[{host.address}]:{entry.port}" if ":" in host.address else f"{host.address}:{entry.port}"
    )


def _check(
    entry: Watch, inventory: Inventory, target: str, instance: str, system: str, zone: str
) -> Check:
    known = inventory.systems.get(system)
    tier = entry.tier
    if tier is None:
        tier = scrape.tier(known) if known else 3
    labels = {
        "instance": instance,
        "target": target,
        "module": entry.module,
        **scrape.owner_labels(inventory, system),
        "tier": str(tier),
        "zone": zone,
        **entry.labels,
    }
    filled = {key: value for key, value in labels.items() if value}
    return Check(module=entry.module, target=target, instance=instance, tier=tier, labels=filled)


def _twice(checks: Iterable[Check], entries: Iterable[tuple[str, int, Watch]]) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for check in checks:
        key = (check.module, check.target, check.instance)
        if key in seen:
            file, number = next(
                (file, number)
                for file, number, each in reversed(list(entries))
                if each.module == check.module
            )
            cause = f"{check.module} looks at {check.target} twice"
            yield Problem(file=file, at=("targets", number), cause=cause, fix="take one out")
            return
        seen.add(key)
