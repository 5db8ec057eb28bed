"""C-ECHO as a probe: its phases, and what is told when it fails."""

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.dicom_echo import DicomEcho
from tests.wire.canned import CannedNet, finish
from tests.wire.dicom import peer

ECHO = 0x0030
PACS = Endpoint("192.0.2.1")


def echoed(says: bytes):
    net = CannedNet(says)
    outcome = finish(DicomEcho(called="PACS").probe(net, PACS))
    return outcome, {(s.family.name, *s.labels): s.value for s in outcome.samples}, net


def phases(values) -> list[str]:
    return [key[1][1] for key in values if key[0] == "hisops_dicom_duration_seconds"]


def test_a_healthy_peer_is_a_success_with_all_phases():
    outcome, values, net = echoed(peer.accept(1) + peer.answer(ECHO) + peer.RELEASED)

    assert (outcome.success, outcome.cause) == (True, "")
    assert phases(values) == ["resolve", "connect", "associate", "echo", "release"]
    assert values["hisops_dicom_status_code", ("phase", "echo")] == 0
    assert values["hisops_dicom_up", ("service", "echo")] == 1
    assert net.dialled == [("192.0.2.1", 104)]
    assert net.streams[0].is_closed


def test_a_refused_association_is_told_in_words_and_as_a_series():
    outcome, values, net = echoed(peer.reject(1, 1, 7))

    assert not outcome.success
    assert outcome.cause.startswith("associate: the association was refused for good: called AE")
    assert values["hisops_dicom_up", ("service", "echo")] == 0
    numbers = (("result", "1"), ("source", "1"), ("reason", "7"))
    assert values["hisops_dicom_association_rejected", *numbers] == 1
    assert net.streams[0].is_closed


def test_a_status_that_is_no_success_fails():
    outcome, values, _ = echoed(peer.accept(1) + peer.answer(ECHO, 0x0122) + peer.RELEASED)

    assert outcome.cause == "echo: SOP class not supported (0x0122)"
    assert values["hisops_dicom_status_code", ("phase", "echo")] == 0x0122


def test_a_peer_that_ends_after_the_association_keeps_the_phases_before():
    outcome, values, _ = echoed(peer.accept(1))

    assert outcome.cause.startswith("echo: the answer is not understood")
    assert "associate" in phases(values)
