"""The site as values: what stands in inventory/ and who looks after it."""

from collections.abc import Mapping
from enum import Enum
from typing import Literal

import msgspec

from hisops.core.text import Duration, Secret


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all values that site files hold."""


class Class(Enum):
    """Criticality (requirements.md, table 6.1)."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"


class Policy(Value, frozen=True, kw_only=True):
    """What a class demands by default."""

    rto: Duration
    rpo: Duration
    scrape: Duration
    drill: Duration


# requirements.md table 6.1 and oncall.md decision 4; tier 0 hosts override the scrape interval.
POLICIES: Mapping[Class, Policy] = {
    Class.C1: Policy(
        rto=Duration(900), rpo=Duration(900), scrape=Duration(5), drill=Duration(30 * 86400)
    ),
    Class.C2: Policy(
        rto=Duration(3600), rpo=Duration(3600), scrape=Duration(15), drill=Duration(91 * 86400)
    ),
    Class.C3: Policy(
        rto=Duration(86400), rpo=Duration(86400), scrape=Duration(30), drill=Duration(182 * 86400)
    ),
    Class.C4: Policy(
        rto=Duration(72 * 3600),
        rpo=Duration(7 * 86400),
        scrape=Duration(60),
        drill=Duration(365 * 86400),
    ),
}


class Name(Value, frozen=True, kw_only=True):
    """What people call a thing, in both languages."""

    zh: str
    en: str


class Host(Value, frozen=True, kw_only=True):
    """A host of the inventory with its groups (outermost first) and Ansible's variables.

    `file` with `at` (keys in a YAML file) or `line` (INI) is where it is first mentioned.
    """

    name: str
    address: str
    groups: tuple[str, ...] = ()
    vars: Mapping[str, object] = {}
    file: str = ""
    at: tuple[str | int, ...] = ()
    line: int = 0


class System(Value, frozen=True, kw_only=True):
    """A clinical or infrastructure system, its class and owner, and what it stands on."""

    name: Name
    class_: Class = msgspec.field(name="class")
    owner: str
    hosts: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    tier: int | None = None
    function: tuple[str, ...] = ()
    vendor: str = ""
    rto: Duration | None = None
    rpo: Duration | None = None
    plans: Mapping[str, str] = {}

    @property
    def rto_seconds(self) -> float:
        """Time within which the system must be back."""
        return (self.rto or POLICIES[self.class_].rto).seconds

    @property
    def rpo_seconds(self) -> float:
        """Age of data that may be lost."""
        return (self.rpo or POLICIES[self.class_].rpo).seconds

    @property
    def scrape_seconds(self) -> float:
        """How often its hosts are measured."""
        return 1.0 if self.tier == 0 else POLICIES[self.class_].scrape.seconds


class Link(Value, frozen=True, kw_only=True):
    """A cable or trunk between two ends, each `host` or `host:port`.

    In links.yml both ends may hold ranges; `row` is the entry there that it was spelled out from.
    Cables of one `path` (duct, fibre route, line card) are lost together.
    """

    a: str
    b: str
    kind: str = "ethernet"
    path: str = ""
    row: int = 0


class Zone(Value, frozen=True, kw_only=True):
    """A network zone, its addresses, and whether anything may be sent into it unasked."""

    vlan: int | str = ""
    networks: tuple[str, ...] = ()
    probe: Literal["open", "allow-list", "never"] = "open"
    allow: tuple[str, ...] = ()


class Person(Value, frozen=True, kw_only=True):
    """Somebody who can be called."""

    name: str
    email: str = ""
    phone: str = ""
    webhook: Secret | None = None
    channels: tuple[str, ...] = ("smtp",)


class Team(Value, frozen=True, kw_only=True):
    """People who own systems."""

    name: Name
    lead: str
    members: tuple[str, ...]


class Inventory(Value, frozen=True, kw_only=True):
    """All of inventory/, names as keys."""

    hosts: Mapping[str, Host] = {}
    groups: Mapping[str, tuple[str, ...]] = {}
    systems: Mapping[str, System] = {}
    links: tuple[Link, ...] = ()
    zones: Mapping[str, Zone] = {}
    people: Mapping[str, Person] = {}
    teams: Mapping[str, Team] = {}

    def members(self, pattern: str) -> tuple[str, ...]:
        """Names of the hosts that a host's or group's name stands for."""
        return self.groups.get(pattern, (pattern,) if pattern in self.hosts else ())

    def systems_of(self, host: str) -> list[str]:
        """Systems that run on a host, most critical first."""
        mine = [n for n, s in self.systems.items() if any(host in self.members(p) for p in s.hosts)]
        return sorted(mine, key=lambda n: (self.systems[n].class_.value, n))
