"""The storage canary: refused, lost, or kept."""

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.dicom_store import DicomStore
from hisops.wire.dicom.dataset import ACCESSION, text
from tests.wire.canned import CannedNet, finish
from tests.wire.dicom import peer

STORE, FIND, PENDING = 0x0001, 0x0020, 0xFF00
KEPT = peer.accept(1) + peer.answer(STORE) + peer.RELEASED
FOUND = peer.accept(1) + peer.answer(FIND, PENDING, {ACCESSION: text("A")}) + peer.answer(FIND)


def stored(*says: bytes, **options):
    net = CannedNet(*says)
    outcome = finish(DicomStore(**options).probe(net, Endpoint("192.0.2.1:11112")))
    phases = [s.labels[0][1] for s in outcome.samples if "duration" in s.family.name]
    return outcome, phases, net


def test_a_picture_that_is_kept_and_found_is_a_success():
    outcome, phases, net = stored(KEPT, FOUND + peer.RELEASED)

    assert outcome.success, outcome.cause
    assert phases == ["store", "find"]
    assert net.dialled == [("192.0.2.1", 11112)] * 2
    assert b"HISOPS-CANARY" in net.streams[0].sent


def test_an_archive_without_room_is_told_in_words():
    outcome, _, _ = stored(peer.accept(1) + peer.answer(STORE, 0xA700) + peer.RELEASED)

    assert outcome.cause == "store: out of resources (0xA700)"


def test_a_query_that_fails_politely_is_told():
    answer = peer.accept(1) + peer.answer(FIND, 0xC001) + peer.RELEASED

    assert stored(KEPT, answer)[0].cause == "find: unable to process (0xC001)"


def test_what_was_stored_is_removed_though_the_query_failed():
    rest = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
    url = {"url": "http://192.0.2.1:8042"}

    outcome, phases, net = stored(KEPT, b"", rest, rest, orthanc=_rest(**url))

    assert outcome.cause.startswith("find: ")
    assert "clean-up" in phases
    assert b"/tools/find" in net.streams[2].sent


def _rest(**options):
    from hisops.monitor.orthanc import Rest

    return Rest(**options)
