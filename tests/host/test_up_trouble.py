"""`./up` where it cannot succeed: one line of cause, one of what to do."""

import os

import pytest

from tests.host.clone import Clone
from tests.lab.host import Host
from tests.lab.network import namespace

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="booting hosts needs root"),
    pytest.mark.timeout(300),
]


def test_up_without_a_network_says_what_could_not_be_installed():
    with namespace() as network, Host(network=network) as host:
        done = Clone(host, "/opt/hisops").up()
        policy = host.run(["test", "-e", "/usr/sbin/policy-rc.d"]).returncode

    cause, fix = done.stderr.splitlines()[-2:]
    assert done.returncode == 1
    assert cause.startswith("hisops: apt-get could not install ")
    assert fix.startswith("  what to do: mend the package sources")
    assert policy == 1
