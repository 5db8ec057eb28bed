"""A host on which a clone of this repository is tried."""

import os

import pytest

from tests.host.clone import Clone
from tests.lab.host import Host


@pytest.fixture(scope="module")
def host():
    """A minimal Debian that shares the machine's network."""
    if os.geteuid() != 0:
        pytest.skip("booting hosts needs root")
    with Host() as host:
        yield host


@pytest.fixture(scope="module")
def clone(host):
    """A clone of root's."""
    return Clone(host, "/opt/hisops")


@pytest.fixture(scope="module")
def users_clone(host):
    """A clone of somebody without rights."""
    host.succeed(["useradd", "-m", "-s", "/bin/bash", "nurse"])
    return Clone(host, "/home/nurse/hisops", "nurse")
