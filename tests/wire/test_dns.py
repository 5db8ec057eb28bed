"""DNS messages: names, records, what counts as an answer to a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.core.errors import OpsError
from hisops.wire import dns

QUESTION = dns.ask(7, "His.example", dns.Type.A)


def answer(records: bytes, count: int, flags: str = "8180") -> bytes:
    return (
        bytes.fromhex("0007" + flags + "0001")
        + count.to_bytes(2, "big")
        + bytes(4)
        + QUESTION[12:]
        + records
    )


A = bytes.fromhex("c00c 0001 0001 0000003c 0004 c0000201")


def test_reads_compressed_names():
    found = dns.parse(answer(A, 1))

    assert found.answers == (dns.Record("His.example.", 1, 60, "192.0.2.1"),)
    assert found.answers[0].text == "His.example.\t60\tIN\tA\t192.0.2.1"


def test_keeps_an_unknown_kind_as_digits():
    raw = bytes.fromhex("c00c ffaa 0001 0000003c 0002 beef")

    assert dns.parse(answer(raw, 1)).answers[0].data == "\\# 2 beef"


def test_tells_truncation_and_code():
    found = dns.parse(answer(b"", 0, "8785"))

    assert (found.is_truncated, found.is_authoritative, found.rcode) == (True, True, "REFUSED")


@pytest.mark.parametrize(
    ("data", "is_answer"),
    [
        (answer(A, 1), True),
        (answer(A, 1).replace(b"\x03His", b"\x03hIS"), True),
        (answer(A, 1).replace(b"\x03His", b"\x03Her"), False),
        (b"\0\x08" + answer(A, 1)[2:], False),
        (QUESTION, False),
        (b"", False),
        (bytes.fromhex("00078181000000000000 0000"), True),
        (bytes.fromhex("00078180000000000000 0000"), False),
    ],
)
def test_only_the_question_repeated_is_an_answer(data, is_answer):
    assert dns.echoes(QUESTION, data) is is_answer


@pytest.mark.parametrize(
    "records",
    [
        bytes.fromhex("c0ff 0001 0001 0000003c 0004 c0000201"),  # points forward
        bytes.fromhex("c01d c01d"),  # points at itself
        bytes.fromhex("c00c 0001 0001 0000003c 00ff c0000201"),  # data cut off
        b"\x3f" + b"a" * 10,
        b"\x80abc",
        (b"\x3f" + b"a" * 63) * 5 + b"\0",
    ],
)
def test_refuses_broken_records(records):
    with pytest.raises(ValueError, match=r"\w"):
        dns.parse(answer(records, 1))


@given(st.binary(max_size=200))
def test_no_bytes_bring_anything_but_an_answer_or_valueerror(data):
    try:
        dns.parse(QUESTION[:2] + data)
    except ValueError:
        return


@given(st.integers(0, 80))
def test_an_answer_cut_anywhere_is_refused_or_shorter(cut):
    whole = answer(A, 1)
    try:
        found = dns.parse(whole[:cut])
    except ValueError:
        return
    assert cut >= len(whole)
    assert found.answers


@pytest.mark.parametrize("name", ["a..b", "x" * 64, ".".join(["abcdefgh"] * 40), "\ud800"])
def test_refuses_names_that_dns_cannot_hold(name):
    with pytest.raises(OpsError, match="not a name"):
        dns.encode_name(name)


def test_turns_addresses_round():
    assert dns.reverse("192.0.2.10") == "10.2.0.192.in-addr.arpa."
    with pytest.raises(OpsError):
        dns.reverse("his")
