"""A site whose only host is this machine."""

import pytest

from hisops.core.model import Host, Inventory
from hisops.core.settings import Settings
from hisops.core.site import Site
from hisops.io.store import Sqlite


@pytest.fixture
def site(tmp_path) -> Site:
    """One host with a local connection."""
    local = {"ansible_connection": "local"}
    host = Host(name="this-machine", address="127.0.0.1", vars=local)
    inventory = Inventory(hosts={"this-machine": host})
    root = str(tmp_path / "site")
    return Site(root=root, settings=Settings(name="Test"), inventory=inventory, state=f"{root}/var")


@pytest.fixture
def store(tmp_path):
    """An empty database."""
    store = Sqlite(str(tmp_path / "hisops.db"))
    yield store
    store.close()
