"""C-FIND as a probe: an empty answer counts only with a final status of success."""

import pytest

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.dicom_find import DicomFind
from hisops.wire.dicom.dataset import ACCESSION, text
from tests.wire.canned import CannedNet, finish
from tests.wire.dicom import peer

FIND, PENDING, NO_RESOURCES = 0x0020, 0xFF00, 0xA700
RIS = Endpoint("192.0.2.1:105")


def item(accession: str) -> bytes:
    return peer.answer(FIND, PENDING, {ACCESSION: text(accession)})


def asked(says: bytes, **options):
    net = CannedNet(peer.accept(1) + says + peer.RELEASED)
    outcome = finish(DicomFind(called="RIS", **options).probe(net, RIS))
    return outcome, {s.family.name: s.value for s in outcome.samples}, net


def test_a_worklist_without_patients_is_a_success():
    outcome, values, net = asked(peer.answer(FIND))

    assert outcome.success
    assert values["hisops_dicom_items"] == 0
    assert b"20261125" in net.streams[0].sent


def test_a_worklist_that_fails_politely_is_none_without_patients():
    outcome, values, _ = asked(peer.answer(FIND, NO_RESOURCES))

    assert outcome.cause == "find: out of resources (0xA700) after 0 items"
    assert "hisops_dicom_items" not in values
    assert values["hisops_dicom_status_code"] == NO_RESOURCES


def test_fewer_items_than_expected_fail():
    outcome, values, _ = asked(item("A1") + peer.answer(FIND), at_least=2)

    assert outcome.cause == "find: 1 items, expected at least 2"
    assert values["hisops_dicom_items"] == 1


@pytest.mark.parametrize(("there", "success"), [("HISOPS1", True), ("OTHER", False)])
def test_the_canary_is_looked_for_by_its_accession_number(there, success):
    says = peer.answer(FIND) + item(there) + peer.answer(FIND)

    outcome, values, net = asked(says, canary="HISOPS1", day="any")

    assert outcome.success is success
    assert values["hisops_dicom_canary_present"] == int(success)
    assert b"HISOPS1" in net.streams[0].sent
    assert b"20261125" not in net.streams[0].sent


def test_a_canary_query_that_fails_politely_is_told():
    outcome, _, _ = asked(peer.answer(FIND) + peer.answer(FIND, NO_RESOURCES), canary="HISOPS1")

    assert outcome.cause == "canary: out of resources (0xA700)"


def test_an_archive_is_asked_by_its_own_model():
    _, values, net = asked(item("A1") + peer.answer(FIND), model="study")

    assert values["hisops_dicom_items"] == 1
    assert b"1.2.840.10008.5.1.4.1.2.2.1" in net.streams[0].sent
