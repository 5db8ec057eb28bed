"""ICMP probes on loopback, and towards an address whose answers nftables drops."""

import subprocess
from contextlib import contextmanager

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.icmp import Icmp

ADDRESS = "127.83.0.9"


@contextmanager
def dropped(rule: str):
    """Packets to an address of our own loopback that a rule drops."""
    table = "hisops_probe_test"
    script = (
        f"table inet {table} {{ chain c {{ type filter hook input priority 0\n {rule}\n }}\n }}"
    )
    subprocess.run(["nft", "-f", "-"], input=script.encode(), check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)


def test_several_echoes_give_loss_times_and_jitter(probe, series):
    found = probe(Icmp(count=5, gap=Duration(0.01)), ADDRESS)

    values = series(found)
    assert found.success, found.cause
    assert values["hisops_probe_icmp_loss_ratio"] == 0
    assert values["hisops_probe_icmp_sent"] == 5
    assert (
        0
        < values["hisops_probe_icmp_rtt_min_seconds"]
        <= values["hisops_probe_icmp_rtt_mean_seconds"]
        <= values["hisops_probe_icmp_rtt_max_seconds"]
    )
    assert values["probe_icmp_reply_hop_limit"] == 64


def test_an_address_that_never_answers_fails_in_time(probe, series):
    with dropped(f"ip daddr {ADDRESS} icmp type echo-request drop"):
        found = probe(Icmp(count=2, timeout=Duration(1)), ADDRESS)

    assert found.cause == "no echo in 2"
    assert series(found)["hisops_probe_icmp_loss_ratio"] == 1


def test_partial_loss_fails_only_above_the_limit(probe, series):
    rule = f"ip daddr {ADDRESS} icmp type echo-request numgen inc mod 4 == 0 drop"
    units = [
        Icmp(count=8, gap=Duration(0.01), timeout=Duration(0.8), max_loss=most)
        for most in (0.5, 0.2)
    ]
    with dropped(rule):
        outcomes = [probe(unit, ADDRESS) for unit in units]

    assert [found.success for found in outcomes] == [True, False]
    assert series(outcomes[1])["hisops_probe_icmp_loss_ratio"] == 0.25
    assert outcomes[1].cause == "25% of 8 echoes are lost"


def test_a_slow_mean_fails_only_with_a_limit(probe):
    found = probe(Icmp(max_mean=Duration(0.0000001)), ADDRESS)

    assert "on average" in found.cause


@pytest.mark.parametrize("host", ["::1"])
def test_reaches_ipv6(probe, series, host):
    found = probe(Icmp(), host)

    assert found.success, found.cause
    assert series(found)["probe_ip_protocol"] == 6
