"""A zone of medical devices is left alone: counted by its own firewall, packet by packet."""

import json
import subprocess

import pytest

from hisops.core.text import Duration
from hisops.io.local import Local
from hisops.io.loop import Loop
from hisops.io.net import Network, zone_guard
from hisops.monitor.journey import Order, Store, Worklist
from hisops.monitor.probe import Endpoint, Outcome
from hisops.monitor.probes.journey import Journey
from hisops.monitor.watch import Kinds
from tests.lab.network import inside, namespace, wire

ZONE, ALLOWED, DEVICE = "10.213.9.0/24", "10.213.9.2", "10.213.9.3"
# Counted before anything is decided; ARP too, which is how a device first hears of somebody.
RULES = f"""
table netdev probe {{
    chain seen {{ type filter hook ingress device "IFNAME" priority 0;
        ip daddr {ALLOWED} counter comment "allowed"
        ip daddr {DEVICE} counter comment "device"
        arp daddr ip {DEVICE} counter comment "device"
    }}
}}
"""


@pytest.fixture
def zone():
    """Two addresses behind a wire, and a function that tells how many packets each was sent."""
    with namespace() as here, namespace() as there, wire(here, there, "10.213.9"):
        links = run("ip", "-n", there, "-j", "-4", "addr", "show", "to", ALLOWED)
        name = json.loads(links)[0]["ifname"]
        run("ip", "-n", there, "addr", "add", f"{DEVICE}/24", "dev", name)
        run("ip", "netns", "exec", there, "nft", "-f", "-", stdin=RULES.replace("IFNAME", name))

        def counted() -> dict[str, int]:
            listed = run("ip", "netns", "exec", there, "nft", "-j", "list", "ruleset")
            rules = [each["rule"] for each in json.loads(listed)["nftables"] if "rule" in each]
            found = {"allowed": 0, "device": 0}
            for rule in rules:
                (packets,) = [e["counter"]["packets"] for e in rule["expr"] if "counter" in e]
                found[rule["comment"]] += packets
            return found

        with inside(here):
            yield counted


def run(*argv: str, stdin: str = "") -> str:
    return subprocess.run(argv, input=stdin, check=True, capture_output=True, text=True).stdout


def look(unit, address: str, **guard) -> Outcome:
    loop = Loop()
    net = Network(loop, Local(), **guard)
    try:
        return loop.run(unit.examine(net, Endpoint(address)))
    finally:
        net.close()
        loop.close()


def units():
    """Every probe that works with its defaults, and a journey of three hops."""
    found = []
    for kind in Kinds().values():
        try:
            found.append(kind(timeout=Duration(0.5)))
        except (TypeError, ValueError):
            continue  # it needs options
    return [*found, Journey(order=Order(), worklist=Worklist(), store=Store())]


def test_no_probe_sends_a_packet_to_a_device_that_is_not_allowed(zone):
    guard = zone_guard([ZONE], [ALLOWED])

    for unit in units():
        outcome = look(unit, DEVICE, refuse=guard)
        assert not outcome.success, type(unit).__name__

    assert zone() == {"allowed": 0, "device": 0}


def test_the_allowed_device_is_probed_and_its_neighbour_is_not(zone):
    guard = zone_guard([ZONE], [ALLOWED])
    echo = Kinds()["dicom_echo"](timeout=Duration(0.5))

    outcome = look(echo, ALLOWED, refuse=guard)

    assert outcome.cause == "connect: Connection refused"
    assert zone()["allowed"] > 0
    assert zone()["device"] == 0


def test_without_the_guard_the_counters_see_the_packets(zone):
    echo = Kinds()["dicom_echo"](timeout=Duration(0.5))

    look(echo, DEVICE)

    assert zone()["device"] > 0
