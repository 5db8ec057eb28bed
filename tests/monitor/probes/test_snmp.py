"""SNMP devices: detection, profiles, interface filter, causes of failure."""

import msgspec
import pytest

from hisops.core.text import Secret
from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.snmp import Snmp
from hisops.wire.snmp import ber
from tests.wire.snmp.agent import Agent, run

NAMES = ("lo", "eth0", "eth1")
IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


def device(object_id="1.3.6.1.4.1.8072.3.2.10", description=b"Linux"):
    """A device with three interfaces."""
    values = {
        "1.3.6.1.2.1.1.1.0": ber.tlv(ber.OCTETS, description),
        "1.3.6.1.2.1.1.2.0": ber.tlv(ber.OID, ber.oid_content(object_id)),
        "1.3.6.1.2.1.1.5.0": ber.tlv(ber.OCTETS, b"sw1"),
        "1.3.6.1.2.1.2.1.0": ber.integer(3),
    }
    for number, name in enumerate(NAMES, start=1):
        values[f"{IF}.2.{number}"] = ber.tlv(ber.OCTETS, name.encode())
        values[f"{IFX}.1.{number}"] = ber.tlv(ber.OCTETS, name.encode())
        values[f"{IF}.8.{number}"] = ber.integer(1)
        values[f"{IFX}.6.{number}"] = ber.integer(1000 * number, ber.COUNTER64)
    return Agent(values)


class Wire:
    """The network with one device on it."""

    def __init__(self, agent, files=None):
        self.agent = agent
        self.files = files or {}
        agent.close = lambda: None

    async def peer(self, host, port):
        self.asked = (host, port)
        return self.agent

    async def within(self, seconds, work):
        return await work

    def tick(self):
        return 0.0

    def secret(self, ref):
        return {"env:COMMUNITY": "word"}[ref]

    def read(self, path):
        return self.files[path]


def examine(unit, wire, target="10.0.0.1"):
    return run(unit.examine(wire, Endpoint(target)))


def series(outcome):
    return {(s.family.name, *(v for _, v in s.labels)): s.value for s in outcome.samples}


def test_every_device_shows_its_interfaces():
    outcome = examine(Snmp(), Wire(device()))

    found = series(outcome)
    assert outcome.success, outcome.cause
    assert found["ifHCInOctets", "", "eth0", "2", "eth0"] == 2000
    assert found["ifOperStatus", "", "lo", "1", "lo"] == 1
    assert found["hisops_snmp_profile_info", "if_mib"] == 1


def test_a_device_says_what_it_is():
    found = series(examine(Snmp(), Wire(device())))

    key = ("hisops_snmp_device_info", "Linux", "sw1", "1.3.6.1.4.1.8072.3.2.10")
    assert found[key] == 1


def test_interfaces_can_be_chosen_by_name():
    found = series(examine(Snmp(interfaces="^eth"), Wire(device())))

    assert {key[2] for key in found if key[0] == "ifHCInOctets"} == {"eth0", "eth1"}


def test_a_site_can_bring_a_profile_of_its_own():
    text = (
        "title: Own\nsource: a manual\nmatch: {description: Linux}\ntables:\n"
        "  - scalars: true\n    metrics: [{oid: 1.3.6.1.2.1.2.1, name: own_count}]\n"
    )
    unit = Snmp(own=("profiles/own.yml",))

    found = series(examine(unit, Wire(device(), {"profiles/own.yml": text})))

    assert found["own_count",] == 3


def test_only_the_profiles_that_are_named_are_read():
    found = series(examine(Snmp(profiles=("if_mib",)), Wire(device())))

    assert [key[1] for key in found if key[0] == "hisops_snmp_profile_info"] == ["if_mib"]


def test_a_profile_that_does_not_exist_is_the_cause():
    outcome = examine(Snmp(profiles=("if_mibs",)), Wire(device()))

    assert (outcome.success, outcome.cause) == (False, "there is no SNMP profile 'if_mibs'")


def test_silence_names_what_may_be_wrong():
    agent = device()
    agent.answer = lambda data: None

    outcome = examine(Snmp(), Wire(agent))

    assert not outcome.success
    assert "community" in outcome.cause


def test_garbage_is_an_outcome():
    agent = device()
    agent.answer = lambda data: b"\x30\x82\xff"

    outcome = examine(Snmp(), Wire(agent))

    assert not outcome.success
    assert "not understood" in outcome.cause


def test_the_community_is_a_secret_and_the_port_can_be_named():
    agent, sent = device(), []
    honest = agent.answer
    agent.answer = lambda data: sent.append(data) or honest(data)
    wire = Wire(agent)

    examine(Snmp(community=Secret("env:COMMUNITY"), profiles=("if_mib",)), wire, "10.0.0.1:1161")

    assert wire.asked == ("10.0.0.1", 1161)
    assert b"\x04\x04word" in sent[0]


def test_version_3_needs_a_user():
    with pytest.raises(ValueError, match="user"):
        msgspec.convert({"version": "3"}, Snmp)
