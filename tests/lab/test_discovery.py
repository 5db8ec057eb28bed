"""Discovery in namespaces: an office with sshd and snmpd, and a medical device that counts packets."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.network import namespace, wire
from tests.lab.wait import until

_OPEN, _MEDICAL = "10.213.20", "10.213.30"
_ZONES = """\
office: {{networks: [10.213.20.0/29]}}
meddev: {{networks: [10.213.30.0/29], probe: {probe}, allow: [ct-1]}}
"""
_COUNTER = """\
table inet seen {
  chain in {
    type filter hook input priority 0
    ip saddr 10.213.30.1 counter
  }
}
table arp seen {
  chain in {
    type filter hook input priority 0
    counter
  }
}
"""
_SSHD = "HostKey {folder}/key\nPidFile none\nUsePAM no\nListenAddress {prefix}.2\n"


class Ward:
    """Where the search runs, and what it may and may not touch."""

    def __init__(self, space: str, medical: str, site: Path) -> None:
        self.space, self.medical, self.site = space, medical, site

    def packets(self) -> int:
        """Packets that reached the medical device from the searching host, ARP too."""
        argv = ["ip", "netns", "exec", self.medical, "nft", "-j", "list", "ruleset"]
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        rules = [each["rule"] for each in json.loads(done.stdout)["nftables"] if "rule" in each]
        counters = [part["counter"] for rule in rules for part in rule["expr"] if "counter" in part]
        assert len(counters) == 2
        return sum(counter["packets"] for counter in counters)

    def search(self, *words: str) -> dict:
        """What `hisops discover scan` proposes."""
        argv = ["ip", "netns", "exec", self.space, sys.executable, "-m", "hisops", "--json"]
        argv += ["--site", str(self.site), "discover", "scan", "--rate", "200", *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def zone(self, probe: str) -> None:
        """Set the rule of the medical zone."""
        (self.site / "inventory/zones.yml").write_text(_ZONES.format(probe=probe))


@pytest.fixture
def ward(tmp_path):
    """A searching host between an office and a medical device that it knows by ARP."""
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    site = tmp_path / "site"
    (site / "inventory").mkdir(parents=True)
    (site / "site.yml").write_text("name: Test\n")
    (site / "inventory/hosts.yml").write_text("all: {hosts: {ct-1: {ansible_host: 10.213.30.5}}}\n")
    (tmp_path / "community").write_text("lab")
    with (
        namespace() as here,
        namespace() as office,
        namespace() as medical,
        wire(here, office, _OPEN),
        wire(here, medical, _MEDICAL),
        _programs(office, tmp_path),
    ):
        words = ["ip", "netns", "exec", medical, "nft", "-f", "-"]
        subprocess.run(words, input=_COUNTER, text=True, check=True)
        for address, far in (
            (f"{_MEDICAL}.2", medical),
            (f"{_MEDICAL}.5", medical),
            (f"{_OPEN}.2", office),
        ):
            _know(here, address, far)
        ward = Ward(here, medical, site)
        ward.zone("never")
        yield ward


def _know(space: str, address: str, far: str) -> None:
    """An entry of the ARP table, as a host has that once talked to somebody."""
    (route,) = _ask(space, "route", "get", address)
    mac = next(link["address"] for link in _ask(far, "link") if link["ifname"] != "lo")
    words = f"neighbour replace {address} lladdr {mac} nud stale dev {route['dev']}"
    subprocess.run(["ip", "-n", space, *words.split()], check=True)


def _ask(space: str, *words: str) -> list[dict]:
    argv = ["ip", "-n", space, "-json", *words]
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


@contextmanager
def _programs(space: str, folder: Path) -> Iterator[None]:
    """sshd and snmpd of the office."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/key"], check=True
    )
    (folder / "sshd_config").write_text(_SSHD.format(folder=folder, prefix=_OPEN))
    (folder / "snmpd.conf").write_text(
        "rocommunity lab\nsysName lis-front-1\nagentAddress udp:161\n"
    )
    log = f"-Lf{folder}/log"
    started = [
        _start(space, folder, ["/usr/sbin/sshd", "-D", "-f", f"{folder}/sshd_config"]),
        _start(
            space, folder, ["snmpd", "-f", "-C", "-c", f"{folder}/snmpd.conf", log, "-p", "/run/p"]
        ),
    ]
    try:
        until(lambda: _listens(space))
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def _start(space: str, folder: Path, argv: list[str]) -> "subprocess.Popen[bytes]":
    script = 'mount -t tmpfs lab /run && mkdir -p /run/sshd && exec "$@"'
    words = ["ip", "netns", "exec", space, "sh", "-c", script, "sh", *argv]
    env = os.environ | {"SNMP_PERSISTENT_DIR": str(folder)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, env=env, stdin=quiet, stdout=quiet, stderr=quiet)


def _listens(space: str) -> bool:
    argv = ["ip", "netns", "exec", space, "ss", "-Hlntu"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return ":22 " in done.stdout and ":161 " in done.stdout


_ALL = ("--from", "arp", "--from", "ssh", "--from", "ports", "--from", "snmp", "--snmp")


def test_a_search_finds_the_office_and_sends_nothing_to_the_medical_device(ward, tmp_path):
    before = ward.packets()

    found = ward.search(*_ALL, f"file:{tmp_path}/community")

    assert ward.packets() == before
    assert found["hosts"] == ["lis-front-1", "host-10-213-30-2"]  # by address
    key = (tmp_path / "key.pub").read_text().split()[1]
    assert f"ssh_host_key: ssh-ed25519 {key}" in found["diff"].replace("\n+", "\n")
    assert "ssh_banner: SSH-2.0-OpenSSH" in found["diff"]
    assert "found_by: arp, snmp, ssh, ports" in found["diff"]
    assert (ward.site / "inventory/hosts.yml").read_text().count("10.213") == 1


def test_not_even_a_sweep_of_its_zone_reaches_a_medical_device(ward, tmp_path):
    for probe in ("never", "allow-list"):
        ward.zone(probe)
        before = ward.packets()

        ward.search("--zone", "meddev", "--sweep", *_ALL, f"file:{tmp_path}/community")

        assert ward.packets() == before


def test_the_counter_would_have_seen_it(ward):
    """The red twin: the same search in a zone that is open."""
    ward.zone("open")
    before = ward.packets()

    ward.search("--zone", "meddev", "--from", "arp", "--from", "ssh")

    assert ward.packets() > before
