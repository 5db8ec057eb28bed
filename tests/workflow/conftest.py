"""A small site."""

import pytest

from hisops.core.model import Class, Host, Inventory, Name, Person, System, Team
from hisops.core.settings import Settings
from hisops.core.site import Site


@pytest.fixture
def site(tmp_path) -> Site:
    """One system on two hosts, one team of one person."""
    system = System(
        name=Name(zh="数据库", en="Database"), class_=Class.C1, owner="dba", hosts=("db",)
    )
    inventory = Inventory(
        hosts={
            name: Host(name=name, address="127.0.0.1", groups=("db",)) for name in ("db1", "db2")
        },
        groups={"db": ("db1", "db2")},
        systems={"his": system},
        people={"li": Person(name="Li", email="li@hospital.example")},
        teams={"dba": Team(name=Name(zh="数据库组", en="DBA"), lead="li", members=("li",))},
    )
    root = str(tmp_path / "site")
    return Site(root=root, settings=Settings(name="Test"), inventory=inventory, state=f"{root}/var")
