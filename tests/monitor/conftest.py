"""A small site with hosts of three classes."""

import pytest

from hisops.core.model import Class, Host, Inventory, Name, System, Team, Zone
from hisops.core.settings import Settings
from hisops.core.site import Site


def _system(class_: Class, owner: str, *hosts: str, tier: int | None = None) -> System:
    name = Name(zh="系统", en="System")
    return System(name=name, class_=class_, owner=owner, hosts=hosts, tier=tier)


def _host(name: str, address: str, **variables: object) -> Host:
    file = "inventory/hosts.yml"
    return Host(name=name, address=address, vars={"agent_port": 9100, **variables}, file=file)


@pytest.fixture
def inventory() -> Inventory:
    """Two databases, a switch in tier 0, an office server, a modality and a bare host."""
    hosts = (
        _host("db1", "10.30.0.1"),
        _host("db2", "10.30.0.2", zone="db"),
        _host("core1", "10.10.0.1"),
        _host("oa1", "10.20.0.1"),
        _host("ct1", "10.200.0.1"),
        _host("mr1", "10.200.0.2"),
        Host(name="printer1", address="10.20.0.9"),
    )
    team = Team(name=Name(zh="组", en="Team"), lead="li", members=("li",))
    return Inventory(
        hosts={host.name: host for host in hosts},
        groups={"dbs": ("db1", "db2"), "everything": tuple(host.name for host in hosts)},
        systems={
            "oa": _system(Class.C3, "sysadmin", "everything"),
            "his": _system(Class.C1, "dba", "dbs"),
            "core-net": _system(Class.C1, "network", "core1", tier=0),
            "imaging": _system(Class.C2, "sysadmin", "ct1", "mr1"),
        },
        zones={
            "db": Zone(networks=("10.30.0.0/16",)),
            "core-app": Zone(networks=("10.20.0.0/16",)),
            "meddev": Zone(networks=("10.200.0.0/16",), probe="allow-list", allow=("ct1",)),
        },
        teams={"sysadmin": team, "dba": team, "network": team},
    )


@pytest.fixture
def site(tmp_path, inventory: Inventory) -> Site:
    """The inventory with the settings of the local site."""
    root = str(tmp_path / "site")
    settings = Settings(name="First Hospital")
    return Site(root=root, settings=settings, inventory=inventory, state=f"{root}/var")
