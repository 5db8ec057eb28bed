"""PostgreSQL's protocol: messages constructed after the manual, and hostile ones."""

import struct

import pytest

from hisops.wire.postgres import Login, Session, open_session, version_number
from hisops.wire.table import Declined
from tests.wire.canned import Canned, finish


def message(kind, body=b""):
    return kind + struct.pack("!i", len(body) + 4) + body


def _column(name, kind):
    return name + b"\0" + struct.pack("!ihihih", 0, 0, kind, -1, -1, 0)


_READY = message(b"Z", b"I")
_HEAD = message(
    b"T", struct.pack("!h", 3) + _column(b"name", 25) + _column(b"is_on", 16) + _column(b"n", 20)
)
_LETTER = message(b"E", b"SFATAL\0C28P01\0Mpassword authentication failed\0\0")


def _cell(text):
    return struct.pack("!i", -1) if text is None else struct.pack("!i", len(text)) + text


def _row(*cells):
    return message(b"D", struct.pack("!h", len(cells)) + b"".join(map(_cell, cells)))


def _ask(says, sql="SELECT 1"):
    stream = Canned(says)
    return finish(Session(stream).query(sql)), stream


def test_reads_columns_rows_nulls_and_booleans():
    table, _ = _ask(
        message(b"1")
        + message(b"2")
        + _HEAD
        + _row(b"a", b"t", None)
        + _row(b"b", b"f", b"7")
        + message(b"C", b"SELECT 2\0")
        + _READY
    )

    assert table.columns == ["name", "is_on", "n"]
    assert table.rows == [["a", True, None], ["b", False, "7"]]
    assert not table.is_cut


def test_asks_the_server_itself_to_stop_after_the_rows_wanted():
    table, stream = _ask(_HEAD + _row(b"a", b"t", None) + message(b"s") + _READY)

    assert table.is_cut
    assert message(b"E", b"\0" + struct.pack("!i", 200)) in stream.sent


def test_an_error_is_told_in_the_words_of_the_server_once_it_is_ready_again():
    with pytest.raises(Declined) as problem:
        _ask(message(b"E", b"SERROR\0C42501\0Mpermission denied\x1b[2J for view x\0\0") + _READY)

    assert problem.value.cause == "permission denied [2J for view x"
    assert problem.value.state == "42501"


def test_notices_and_settings_in_between_are_no_answer():
    says = (
        message(b"N", b"SWARNING\0\0")
        + message(b"S", b"server_version\x0015.14\0")
        + _HEAD
        + _READY
    )

    table, _ = _ask(says)

    assert table.rows == []


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        struct.pack("!ci", b"D", 2_000_000_000),
        struct.pack("!ci", b"D", -5),
        _HEAD + _row(b"a"),
        _HEAD,
        message(b"T", b"\0"),
        message(b"T", struct.pack("!h", 1) + b"n\0"),
        _HEAD + message(b"D", struct.pack("!h", 3)),
    ],
    ids=["http", "huge", "negative", "narrow", "cut", "no-count", "no-type", "no-cells"],
)
def test_what_the_protocol_does_not_allow_is_refused(says):
    with pytest.raises(ValueError, match=r"\w"):
        _ask(says)


def test_rows_without_end_are_refused():
    with pytest.raises(ValueError, match="in all"):
        _ask(_HEAD + _row(b"x" * 900_000, b"t", None) * 12 + _READY)


def test_a_refused_log_in_is_told_in_the_words_of_the_server():
    with pytest.raises(Declined, match="password authentication failed"):
        finish(open_session(Canned(_LETTER), Login("u", "p")))


def test_logs_in_where_the_server_trusts():
    stream = Canned(
        message(b"R", struct.pack("!i", 0)) + message(b"S", b"server_version\x0016.2\0") + _READY
    )

    session = finish(open_session(stream, Login("u")))

    assert session.version == 160002
    assert b"user\0u\0database\0postgres\0" in stream.sent


def test_answers_md5_with_a_digest_and_not_with_the_password():
    stream = Canned(
        message(b"R", struct.pack("!i", 5) + b"salt") + message(b"R", bytes(4)) + _READY
    )

    finish(open_session(stream, Login("u", "secret")))

    assert b"md5" in stream.sent
    assert b"secret" not in stream.sent


def test_sends_no_password_in_clear_without_tls():
    stream = Canned(message(b"R", struct.pack("!i", 3)))

    with pytest.raises(Declined, match="in clear"):
        finish(open_session(stream, Login("u", "secret")))

    assert b"secret" not in stream.sent


def test_believes_no_server_that_skips_its_half_of_scram():
    stream = Canned(
        message(b"R", struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0") + message(b"R", bytes(4))
    )

    with pytest.raises(ValueError, match="proved itself"):
        finish(open_session(stream, Login("u", "secret")))


@pytest.mark.parametrize(
    ("text", "number"),
    [("15.14 (Debian 15.14-0+deb12u1)", 150014), ("9.6.24", 90624), ("17beta1", 0), ("", 0)],
)
def test_counts_versions_as_the_server_does(text, number):
    assert version_number(text) == number
