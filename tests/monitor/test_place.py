"""Where endpoints are: addresses, names, zones left alone, ports that are none."""

from hisops.io.net import Network, zone_guard
from hisops.monitor.place import find_all
from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.dns import Dns
from hisops.monitor.probes.icmp import Icmp

TEXTS = (
    "127.0.0.1:53",
    "localhost",
    "[::1]:53",
    "127.66.0.1",
    "no.such.invalid",
    "127.0.0.1:99999",
)


def places(loop, io):
    net = Network(loop, io, zone_guard(["127.66.0.0/16"], ()))
    return loop.run(find_all(net, [Endpoint(text) for text in TEXTS], 5.0))


def test_each_place_is_an_address_or_a_problem(loop, io):
    found = places(loop, io)

    assert [one.address for one in found if not one.problem][0::2] == ["127.0.0.1", "::1"]
    assert [bool(one.problem) for one in found] == [False, False, False, True, True, True]
    assert "left alone" in found[3].problem
    assert "no port 99999" in found[5].problem


def test_one_bad_endpoint_costs_a_batch_nothing(loop, io):
    net = Network(loop, io, zone_guard(["127.66.0.0/16"], ()))
    endpoints = [Endpoint(text) for text in ("127.0.0.1", "127.66.0.1", "127.0.0.1:99999")]

    echoes = loop.run(Icmp().probe_all(net, endpoints))
    answers = loop.run(Dns(query_name="a.example").probe_all(net, endpoints))
    net.close()

    assert [one.success for one in echoes] == [True, False, False]
    assert ["left alone" in one.cause for one in answers] == [False, True, False]
