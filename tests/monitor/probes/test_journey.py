"""The journey's series: one first failing hop, later hops not run, clean-up told apart."""

import msgspec
import pytest

from hisops.core import config
from hisops.monitor.journey import Order, Store, Worklist
from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.journey import CleanUp, Journey
from hisops.wire import hl7
from tests.wire.canned import CannedNet, finish
from tests.wire.dicom import peer

ENGINE = Endpoint("192.0.2.1")
REFUSED = b"\x0b" + hl7.join(("MSH|^~\\&|E", "MSA|AR|OTHER")) + b"\x1c\r"


def travelled(journey: Journey, *says: bytes):
    net = CannedNet(*says)
    outcome = finish(journey.probe(net, ENGINE))
    return outcome, {(s.family.name, *s.labels): s.value for s in outcome.samples}, net


def test_the_first_hop_that_fails_is_named_and_later_ones_are_not_run():
    journey = Journey(order=Order(), worklist=Worklist(), store=Store())

    outcome, values, net = travelled(journey, REFUSED)

    assert outcome.cause == "order: acknowledged 'OTHER', which we did not send"
    failed = [values["hisops_journey_failed_hop", ("hop", hop)] for hop in journey._hops()]
    assert failed == [1, 0, 0]
    assert ("hisops_journey_hop_up", ("hop", "worklist")) not in values
    assert net.dialled == [("192.0.2.1", 2575)]


def test_an_order_that_may_have_arrived_is_cancelled():
    journey = Journey(order=Order(), clean_up=CleanUp())

    outcome, values, net = travelled(journey, REFUSED, REFUSED)

    assert b"ORC|CA|" in net.streams[1].sent
    assert values["hisops_journey_clean_up_failed",] == 1
    assert values["hisops_journey_failed_hop", ("hop", "order")] == 1
    assert values["hisops_journey_failed_hop", ("hop", "clean-up")] == 0
    assert "clean-up: the cancelled order was acknowledged 'OTHER'" in outcome.cause


@pytest.mark.parametrize(("status", "success"), [(0, True), (0xA700, False)])
def test_the_status_of_a_hop_decides(status, success):
    says = peer.accept(1) + peer.answer(0x0001, status) + peer.RELEASED

    outcome, values, _ = travelled(Journey(store=Store(host="192.0.2.9")), says)

    assert outcome.success is success
    assert values["hisops_journey_hop_up", ("hop", "store")] == int(success)
    assert ("hisops_journey_clean_up_failed",) not in values


def test_a_module_says_which_hops_it_wants():
    data = {"order": {"port": 6661}, "clean_up": {"orthanc": {"url": "http://pacs:8042"}}}
    problems: list[config.Problem] = []

    found = config.decode(data, Journey, "probes/x.yml", problems)

    assert (problems, found.order, found.store) == ([], Order(port=6661), None)


def test_a_secret_of_the_clean_up_must_be_a_reference():
    data = {"clean_up": {"orthanc": {"user": "x", "password": "hunter2"}}}
    problems: list[config.Problem] = []

    config.decode(data, Journey, "probes/x.yml", problems)

    assert problems
    assert "hunter2" not in msgspec.json.encode(problems).decode()
