"""snmpd of net-snmp, with net-snmp's own tools as oracle, and its faults."""

import os
import signal
import socket
import subprocess
import threading

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.snmp import Snmp
from hisops.wire.snmp.credentials import Community, User
from hisops.wire.snmp.session import Session
from tests.real.snmp.conftest import PASSWORD, USERS

COLUMNS = [f"1.3.6.1.2.1.2.2.1.{number}" for number in (1, 2, 3, 4, 6)]
COLUMNS += [f"1.3.6.1.2.1.25.2.3.1.{number}" for number in (1, 3, 4)]


def user(name, **changes):
    auth, priv, _, _ = USERS[name]
    words = {"auth_password": PASSWORD, "priv_password": PASSWORD} | changes
    return User(name=name, auth=auth, priv=priv, **words)


def oracle(port):
    """What snmpbulkwalk reads: text by identifier."""
    found = {}
    for column in COLUMNS:
        argv = ["snmpbulkwalk", "-m", "", "-v2c", "-cpublic", "-Onq", f"127.0.0.1:{port}", column]
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            oid, _, value = line.lstrip(".").partition(" ")
            found[oid] = value.strip('" ')
    return found


def shown(value):
    """A value as snmpbulkwalk prints it."""
    if isinstance(value, bytes):
        printable = value.decode(errors="replace").isprintable()
        return value.decode() if printable else value.hex(" ").upper()
    return str(value)


@pytest.fixture
def table(loop, net, snmpd):
    def read(credentials):
        async def work():
            peer = await net.peer("127.0.0.1", snmpd[0])
            try:
                return await Session(peer, credentials).table(COLUMNS)
            finally:
                peer.close()

        return loop.run(work())

    return read


def test_every_version_reads_what_net_snmp_reads(table, snmpd):
    expected = oracle(snmpd[0])
    everyone = [Community(), Community(version="1"), *map(user, USERS)]

    for credentials in everyone:
        found = {
            ".".join([column, *map(str, index)]): shown(value)
            for index, row in table(credentials).items()
            for column, value in row.items()
        }
        assert found == expected, credentials
    assert len(expected) > 10


def test_a_host_shows_interfaces_memory_and_disks(probe, series, snmpd):
    found = series(probe(Snmp(), f"127.0.0.1:{snmpd[0]}"))

    assert found["probe_success"] == 1
    lo = 'ifOperStatus{ifAlias="",ifDescr="lo",ifIndex="1",ifName="lo"}'
    assert found[lo] == 1
    assert found['hisops_snmp_profile_info{profile="host_resources"}'] == 1
    assert 0 < found['hisops_device_memory_ratio{pool="Physical memory"}'] <= 1


def secure(**changes):
    secret = Secret(f"cmd:echo {PASSWORD}")
    options = {"version": "3", "user": "shaaes", "auth": "sha", "auth_password": secret}
    options |= {"priv": "aes", "priv_password": secret, "timeout": Duration(6)}
    return Snmp(**(options | changes))


@pytest.mark.parametrize(
    ("unit", "cause"),
    [
        (Snmp(community=Secret("cmd:echo wrong"), timeout=Duration(6)), "community"),
        (secure(auth_password=Secret("cmd:echo wrong wrong")), "signature wrong"),
        (secure(priv_password=Secret("cmd:echo wrong wrong")), "priv password"),
        (secure(user="nobody"), "does not know this user"),
        (secure(priv="", priv_password=None), "auth"),
    ],
    ids=["community", "auth password", "priv password", "user", "level"],
)
def test_wrong_credentials_are_told_apart(probe, snmpd, unit, cause):
    outcome = probe(unit, f"127.0.0.1:{snmpd[0]}")

    assert not outcome.success
    assert cause in outcome.cause
    assert PASSWORD not in outcome.cause


def test_a_frozen_agent_costs_its_time_out_and_comes_back(probe, snmpd):
    port, child = snmpd
    unit = Snmp(timeout=Duration(1), profiles=("if_mib",))
    os.kill(child.pid, signal.SIGSTOP)
    try:
        frozen = probe(unit, f"127.0.0.1:{port}")
    finally:
        os.kill(child.pid, signal.SIGCONT)

    assert (frozen.success, frozen.cause) == (False, "no answer within 1 s")
    assert probe(Snmp(profiles=("if_mib",)), f"127.0.0.1:{port}").success


def test_a_closed_port_is_told_at_once(probe):
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    assert probe(Snmp(), f"127.0.0.1:{port}").cause == "Connection refused"


def test_garbage_is_an_outcome_of_that_device(probe):
    with socket.socket(type=socket.SOCK_DGRAM) as liar:
        liar.bind(("127.0.0.1", 0))

        def babble():
            _, sender = liar.recvfrom(65535)
            liar.sendto(b"\x30\x84\xff\xff\xff\xff" + bytes(60000), sender)

        threading.Thread(target=babble, daemon=True).start()
        outcome = probe(Snmp(), f"127.0.0.1:{liar.getsockname()[1]}")

    assert not outcome.success
    assert "not understood" in outcome.cause
