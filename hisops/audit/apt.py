"""apt's texts: the simulation of an upgrade and the head of a Release file."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from hisops.core.model import Value

# apt-get -s, function pkgSimulate: Inst NAME [OLD] (NEW ORIGIN, ORIGIN [ARCHITECTURE]) [OTHERS]
_INST = re.compile(r"Inst (\S+)(?: \[(\S+)\])? \((\S+) ?(.*?) ?\[(\S+)\]\)")
_REMV = re.compile(r"Remv (\S+) \[(\S+)\]")
_KEPT = "The following packages have been kept back:"
_PHASED = "The following upgrades have been deferred due to phasing:"


class Step(Value, frozen=True, kw_only=True):
    """What apt would do with one package; no candidate means that it would be removed."""

    package: str
    installed: str
    candidate: str
    origins: tuple[str, ...] = ()


class Simulation(Value, frozen=True, kw_only=True):
    """The answer of `apt-get -s dist-upgrade`; `odd` are lines that nobody understood."""

    steps: tuple[Step, ...]
    kept: frozenset[str]
    phased: frozenset[str]
    odd: tuple[str, ...]


class Release(Value, frozen=True, kw_only=True):
    """Where an index comes from and until when it may be believed."""

    origin: str = ""
    label: str = ""
    suite: str = ""
    codename: str = ""
    date: datetime | None = None
    valid_until: datetime | None = None
    is_automatic: bool = True
    upgrades_only: bool = False

    @property
    def is_security(self) -> bool:
        """Whether this is a distribution's security archive."""
        return self.label.endswith("-Security") or any(
            name.endswith(("-security", "/updates")) for name in (self.suite, self.codename)
        )

    @property
    def shown(self) -> str:
        """As apt names it: `Debian-Security/oldstable-security`."""
        return f"{self.label or self.origin or 'no label'}/{self.suite or self.codename or '-'}"


def parse_simulation(text: str) -> Simulation:
    """The steps of a simulated upgrade, and what apt keeps back."""
    steps, odd = [], []
    for line in text.splitlines():
        if inst := _INST.match(line):
            name, old, new, origins, _ = inst.groups()
            named = tuple(part for part in origins.split(", ") if part)
            steps.append(Step(package=name, installed=old or "", candidate=new, origins=named))
        elif remv := _REMV.match(line):
            steps.append(Step(package=remv[1], installed=remv[2], candidate=""))
        elif line.startswith(("Inst ", "Remv ")):
            odd.append(line)
    return Simulation(
        steps=tuple(steps),
        kept=_section(text, _KEPT),
        phased=_section(text, _PHASED),
        odd=tuple(odd),
    )


def is_security_origin(origin: str) -> bool:
    """Whether `Debian-Security:12/oldstable-security`, as a simulation prints it, is a security archive."""
    label, _, archive = origin.partition(":")
    return Release(label=label, suite=archive.rpartition("/")[2]).is_security


def parse_release(head: str) -> Release:
    """The fields of a Release file."""
    fields = _fields(head)
    return Release(
        origin=fields.get("Origin", ""),
        label=fields.get("Label", ""),
        suite=fields.get("Suite", ""),
        codename=fields.get("Codename", ""),
        date=_date(fields.get("Date", "")),
        valid_until=_date(fields.get("Valid-Until", "")),
        is_automatic=fields.get("NotAutomatic", "no") != "yes",
        upgrades_only=fields.get("ButAutomaticUpgrades", "no") == "yes",
    )


def _section(text: str, title: str) -> frozenset[str]:
    """Names under a heading of apt's: the indented lines that follow it."""
    _, found, rest = text.partition(title + "\n")
    if not found:
        return frozenset()
    names: list[str] = []
    for line in rest.splitlines():
        if not line.startswith("  "):
            break
        names += line.split()
    return frozenset(names)


def _fields(head: str) -> Mapping[str, str]:
    pairs = (line.partition(":") for line in head.splitlines() if line[:1].strip())
    return {name: value.strip() for name, _, value in pairs}


def _date(text: str) -> datetime | None:
    """RFC 2822 with a zone's name (Debian's repository format, fields Date and Valid-Until)."""
    for zone in (" UTC", " GMT", " +0000", "Z"):
        text = text.removesuffix(zone)
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # no such field, or a form that nobody writes: then it proves nothing
        return None
