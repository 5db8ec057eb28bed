"""DIMSE services: statuses are read to the end, floods are bounded."""

import pytest

from hisops.wire.dicom import canary, pdu, service, words
from hisops.wire.dicom.association import associate
from hisops.wire.dicom.dataset import ACCESSION, encode, short, string, text, uid
from hisops.wire.dicom.pdu import Context
from tests.wire.canned import Canned, finish
from tests.wire.dicom import peer

FIND, GET, MOVE, ECHO = 0x0020, 0x0010, 0x0021, 0x0030
PENDING, NO_RESOURCES = 0xFF00, 0xA700


def linked(says: bytes, *contexts: Context, accepted: tuple[int, ...] = (1,)):
    stream = Canned(peer.accept(*accepted) + says)
    return finish(associate(stream, "HISOPS", "PACS", contexts)), stream


def item(accession: str) -> bytes:
    return peer.answer(FIND, PENDING, {ACCESSION: text(accession)})


def found(says: bytes, most: int = 10) -> service.Found:
    link, _ = linked(says, Context(service.WORKLIST))
    return finish(service.find(link, service.WORKLIST, canary.worklist_query("A1"), most))


def test_an_echo_gives_its_status():
    link, _ = linked(peer.answer(ECHO, 0x0122), Context(service.VERIFICATION))

    assert finish(service.echo(link)) == 0x0122


def test_an_answer_to_another_question_is_not_taken():
    link, _ = linked(peer.answer(FIND), Context(service.VERIFICATION))

    with pytest.raises(ValueError, match="0x8020"):
        finish(service.echo(link))


def test_a_query_gives_all_items_and_the_final_status():
    answer = found(item("A1") + item("A2") + peer.answer(FIND))

    assert [string(one, ACCESSION) for one in answer.items] == ["A1", "A2"]
    assert answer.status == service.SUCCESS


def test_a_worklist_that_fails_politely_is_told_by_its_final_status():
    answer = found(peer.answer(FIND, NO_RESOURCES))

    assert (answer.items, answer.status) == ([], NO_RESOURCES)


def test_more_items_than_wanted_end_the_association():
    link, stream = linked(item("A1") * 4, Context(service.WORKLIST))

    with pytest.raises(ValueError, match="more than 3 items"):
        finish(service.find(link, service.WORKLIST, {}, 3))

    assert stream.sent.endswith(pdu.frame(pdu.ABORT, bytes(4)))


def test_an_item_without_end_is_bounded():
    piece = pdu.fragments(1, b"x" * 60000, 65536, command=False)[0]
    endless = piece[:11] + b"\0" + piece[12:]
    head = peer.answer(FIND, PENDING, {})

    with pytest.raises(ValueError, match="more than 1000000 bytes"):
        found(head + endless * 20)


def test_a_retrieval_takes_what_the_peer_sends_and_accepts_it():
    store = {
        0x00000002: uid(service.SECONDARY_CAPTURE),
        0x00000100: short(1),
        0x00000110: short(7),
        0x00000800: short(1),
        0x00001000: uid("1.2.3"),
    }
    pushed = b"".join(pdu.fragments(3, encode(store), 16384, command=True))
    pushed += b"".join(pdu.fragments(3, b"picture!", 16384, command=False))
    contexts = (Context(service.STUDY_GET), Context(service.SECONDARY_CAPTURE, serve=True))
    link, stream = linked(pushed + peer.answer(GET), *contexts, accepted=(1, 3))

    got = finish(service.get(link, canary.retrieval("1.2")))

    assert got.status == service.SUCCESS
    assert got.received == [service.Received("1.2.3", b"picture!")]
    assert encode({0x00000120: short(7)}) in stream.sent


def test_a_peer_that_never_ends_to_send_is_bounded():
    store = {0x00000100: short(1), 0x00000800: short(0x0101), 0x00001000: uid("1.2.3")}
    pushed = b"".join(pdu.fragments(1, encode(store), 16384, command=True))
    link, _ = linked(pushed * 40, Context(service.STUDY_GET))

    with pytest.raises(ValueError, match="more than 16 instances"):
        finish(service.get(link, {}))


def test_a_move_gives_its_final_status():
    says = peer.answer(MOVE, PENDING) + peer.answer(MOVE, 0xA801)
    link, _ = linked(says, Context(service.STUDY_MOVE))

    assert finish(service.move(link, {}, "NOWHERE")).status == 0xA801


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0x0000, "success (0x0000)"),
        (0xA700, "out of resources (0xA700)"),
        (0xC123, "unable to process (0xC123)"),
        (0x4242, "status not known (0x4242)"),
    ],
)
def test_statuses_are_told_in_words(code, expected):
    assert words.status(code) == expected
