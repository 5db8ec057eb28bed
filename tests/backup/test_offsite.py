"""The ssh configuration of a copy."""

from hisops.backup.offsite import ssh_config
from hisops.backup.plan import Copy


def test_it_trusts_one_key_and_asks_nobody():
    copy = Copy(to="b", url="sftp://me@host:2222/x", known_hosts="/a b/known", identity="/key")

    lines = [line.strip() for line in ssh_config("alias", copy).splitlines()]

    assert lines[:4] == ["Host alias", "HostName host", "Port 2222", "User me"]
    for wanted in (
        "StrictHostKeyChecking yes",
        "BatchMode yes",
        "IdentitiesOnly yes",
        'UserKnownHostsFile "/a b/known"',
        "GlobalKnownHostsFile none",
    ):
        assert wanted in lines
