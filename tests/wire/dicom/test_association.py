"""Associations: accepted, refused, aborted, and peers that speak something else."""

import pytest

from hisops.core.errors import OpsError
from hisops.wire.dicom import pdu, service
from hisops.wire.dicom.association import RejectedError, associate
from hisops.wire.dicom.pdu import Context
from tests.wire.canned import Canned, finish
from tests.wire.dicom import peer

ECHO = (Context(service.VERIFICATION),)


def associated(stream: Canned, contexts: tuple[Context, ...] = ECHO):
    return finish(associate(stream, "HISOPS", "PACS", contexts))


def test_a_request_names_both_titles_and_the_service():
    stream = Canned(peer.accept(1))

    associated(stream)

    assert stream.sent[10:42] == b"PACS".ljust(16) + b"HISOPS".ljust(16)
    assert service.VERIFICATION.encode() in stream.sent
    assert int.from_bytes(stream.sent[2:6], "big") == len(stream.sent) - 6


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((1, 1, 7), "called AE title not recognised (result 1, source 1, reason 7)"),
        ((1, 1, 3), "calling AE title not recognised"),
        ((2, 3, 2), "refused for now: too many associations at once"),
        ((9, 9, 9), "reason not known"),
    ],
)
def test_a_refusal_is_told_in_words_and_numbers(numbers, words):
    with pytest.raises(RejectedError) as problem:
        associated(Canned(peer.reject(*numbers)))

    assert words in problem.value.cause
    assert (problem.value.result, problem.value.source, problem.value.reason) == numbers


def test_an_abort_is_told_with_its_reason():
    with pytest.raises(OpsError, match="did not expect"):
        associated(Canned(pdu.frame(pdu.ABORT, bytes((0, 0, 2, 2)))))


def test_a_service_that_the_peer_does_not_offer_is_refused_before_it_is_used():
    link = associated(Canned(peer.accept(most=0, refuse=(1,))))

    with pytest.raises(OpsError, match="but not"):
        finish(service.echo(link))


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        pdu.frame(pdu.DATA, b""),
        b"\x02\x00\x7f\xff\xff\xff",
        peer.accept(3),
        peer.accept(2),
        peer.accept(1, most=20),
        peer.accept(1)[:40],
        pdu.frame(pdu.ACCEPT, bytes(68) + b"\x21\x00\x00\x50"),
    ],
)
def test_a_peer_that_speaks_something_else_is_told(says):
    with pytest.raises(ValueError, match=r"\w"):
        associated(Canned(says))


@pytest.mark.parametrize("title", ["", "A" * 17, "医院"])
def test_a_title_that_is_none_is_refused_before_anything_is_sent(title):
    stream = Canned(b"")

    with pytest.raises(ValueError, match=r"AE title|ascii"):
        finish(associate(stream, "HISOPS", title, ECHO))

    assert stream.sent == b""


def test_a_long_message_goes_out_in_pieces_that_the_peer_takes():
    stream = Canned(peer.accept(1, most=200) + peer.answer(0x0001))
    link = associated(stream, (Context(service.SECONDARY_CAPTURE),))
    before = len(stream.sent)

    finish(service.store(link, service.SECONDARY_CAPTURE, "1.2.3", b"x" * 1000))

    sent = stream.sent[before:]
    while sent:
        length = int.from_bytes(sent[2:6], "big")
        assert (sent[0], length <= 200) == (pdu.DATA, True)
        sent = sent[6 + length :]


def test_a_release_must_be_answered_by_a_release():
    right = associated(Canned(peer.accept(1) + peer.RELEASED))
    wrong = associated(Canned(peer.accept(1) + peer.answer(0x0030)))

    finish(right.release())

    with pytest.raises(ValueError, match="answers the release"):
        finish(wrong.release())
