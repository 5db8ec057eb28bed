"""A small hospital network: two cores, two aggregation and two access switches, two servers."""

from collections.abc import Iterable, Mapping

from hisops.core.model import Class, Host, Inventory, Link, Name, System

GROUPS = {
    "core": ("core-1", "core-2"),
    "aggregation": ("agg-1", "agg-2"),
    "access": ("acc-1", "acc-2"),
    "firewall": ("fw-1", "fw-2"),
    "db": ("db-1", "db-2"),
    "app": ("app-1", "app-2"),
    "printer": ("prn-1",),
}
CABLES = (
    "core-1:1 core-2:1",
    "agg-1:49 core-1:11",
    "agg-1:50 core-2:11",
    "agg-2:49 core-1:12",
    "agg-2:50 core-2:12",
    "acc-1:49 agg-1:1",
    "acc-1:50 agg-2:1",
    "acc-2:49 agg-1:2",
    "acc-2:50 agg-2:2",
    "fw-1:1 core-1:21",
    "fw-2:1 core-2:21",
    "db-1:eth0 core-1:31",
    "db-1:eth1 core-2:31",
    "db-2:eth0 core-1:32",
    "db-2:eth1 core-2:32",
    "app-1:eth0 core-1:33",
    "app-2:eth0 core-2:33",
    "prn-1:eth0 acc-1:1",
)


def inventory(
    without: Iterable[str] = (),
    extra: Iterable[Link] = (),
    systems: Mapping[str, System] | None = None,
    variables: Mapping[str, Mapping[str, object]] | None = None,
) -> Inventory:
    """The hospital; `without` names cables by their first end."""
    gone, values = set(without), variables or {}
    pairs = [cable.split() for cable in CABLES]
    links = [Link(a=a, b=b) for a, b in pairs if a not in gone]
    hosts = {
        name: Host(name=name, address=f"10.0.0.{n}", groups=(group,), vars=values.get(name, {}))
        for group, names in GROUPS.items()
        for n, name in enumerate(names)
    }
    known = systems or {"emr": system("app", needs=("base",)), "base": system("db")}
    return Inventory(hosts=hosts, groups=GROUPS, links=(*links, *extra), systems=known)


def system(*hosts: str, needs: Iterable[str] = ()) -> System:
    """A class C1 system."""
    name = Name(zh="系统", en="System")
    return System(name=name, class_=Class.C1, owner="dba", hosts=hosts, depends_on=tuple(needs))
