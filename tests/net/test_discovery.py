"""A search: its pace, its bounds, and what it takes from strangers; tests/lab counts packets."""

import pytest

from hisops.core.errors import OpsError
from hisops.core.model import Zone
from hisops.io.local import Local
from hisops.io.loop import Loop
from hisops.io.net import Network
from hisops.net import discovery
from hisops.net.discovery import Pace, Search, Trace, addresses_of
from hisops.net.zone import Zones


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def net(loop):
    net = Network(loop, Local())
    yield net
    net.close()


def test_a_zone_that_is_too_large_is_not_swept():
    with pytest.raises(OpsError) as problem:
        addresses_of(Zone(networks=("10.0.0.0/16",)))

    assert "4096" in problem.value.cause


def test_an_ipv6_network_is_too_large_too():
    with pytest.raises(OpsError):
        addresses_of(Zone(networks=("2001:db8::/64",)))


def test_a_small_zone_is_swept_address_by_address():
    assert addresses_of(Zone(networks=("10.0.0.0/30", "10.0.1.1/32"))) == [
        *("10.0.0.1", "10.0.0.2", "10.0.1.1")
    ]


def test_questions_leave_at_an_even_pace(loop, net):
    pace = Pace(net, per_second=50)
    start = net.tick()

    async def ask_ten() -> None:
        await net.gather([pace.turn() for _ in range(10)])

    loop.run(ask_ten())

    assert net.tick() - start >= 0.18


@pytest.mark.parametrize(
    ("probe", "is_asked"), [("open", True), ("never", False), ("allow-list", False), (None, False)]
)
def test_only_an_address_of_an_open_zone_is_asked(loop, net, probe, is_asked):
    asked: list[str] = []
    net.refuse = lambda address: asked.append(address) or "this test sends nothing"
    zones = Zones({"zone": Zone(networks=("10.0.0.0/24",), probe=probe)} if probe else {})
    search = Search(net, zones, ("ssh", "ports"), per_second=1000)

    found = loop.run(search.look([Trace(address="10.0.0.2", by=("arp",))]))

    assert bool(asked) is is_asked
    assert found == [Trace(address="10.0.0.2", by=("arp",))]


def test_a_silent_address_of_a_sweep_is_not_proposed(loop, net):
    search = Search(net, Zones({}), ("ssh",), per_second=1000)

    assert loop.run(search.look([Trace(address="10.0.0.1")])) == []


def test_ports_of_medical_protocols_and_printers_that_print_all_are_never_asked():
    assert not {104, 2575, 2762, 4242, 9100, 11112, 515} & discovery.PORTS.keys()


def test_a_trace_becomes_a_host_that_says_how_it_was_found():
    trace = Trace(address="10.0.0.9", by=("arp", "ports"), kind="printer", vars={"mac": "02:00"})

    entry = trace.entry()

    assert entry.groups == ("printer",)
    assert entry.vars == {"mac": "02:00", "found_by": "arp, ports"}
