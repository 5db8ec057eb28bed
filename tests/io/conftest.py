"""The database of these tests."""

import pytest

from hisops.io.store import Sqlite


@pytest.fixture
def path(tmp_path):
    """A database with a table of our own."""
    path = str(tmp_path / "var" / "hisops.db")
    store = Sqlite(path)
    with store.write() as transaction:
        transaction.execute("CREATE TABLE page (who TEXT, number INTEGER)")
    store.close()
    return path


@pytest.fixture
def store(path):
    store = Sqlite(path)
    yield store
    store.close()
