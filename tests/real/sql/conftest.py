"""Servers that several tests share, and modules that ask them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hisops.core.text import Duration, Secret
from tests.real.sql import cluster, mariadb, redis

PASSWORD = "p-for-tests"


@pytest.fixture
def password(tmp_path: Path) -> Secret:
    """The right one."""
    return _kept(tmp_path / "right", PASSWORD)


@pytest.fixture
def wrong_password(tmp_path: Path) -> Secret:
    """A wrong one."""
    return _kept(tmp_path / "wrong", "guessed")


@pytest.fixture
def impatient() -> Duration:
    """A time-out for servers that will not answer."""
    return Duration(0.7)


@pytest.fixture(scope="module")
def postgres() -> Iterator[cluster.Cluster]:
    """A PostgreSQL server whose archive command works."""
    with cluster.cluster(archive_command="true") as server:
        yield server


@pytest.fixture(scope="module")
def maria() -> Iterator[mariadb.Server]:
    """A MariaDB server."""
    with mariadb.server() as server:
        yield server


@pytest.fixture
def keys() -> Iterator[redis.Server]:
    """A Redis server."""
    with redis.server() as server:
        yield server


def _kept(path: Path, text: str) -> Secret:
    path.write_text(text)
    path.chmod(0o600)
    return Secret(f"file:{path}")
