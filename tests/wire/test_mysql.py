"""The protocol of MySQL: packets constructed after the manual, PyMySQL's proofs, hostile servers."""

import struct

import pymysql._auth
import pytest

from hisops.wire import mysql, mysql_login
from hisops.wire.mysql_login import Login
from hisops.wire.table import Declined
from tests.wire.canned import Canned, finish

_SALT = bytes(range(1, 21))
_END = b"\xfe\0\0\2\0"
_OK = b"\0\0\0\2\0\0\0"
_DENIED = b"\xff\x15\x04#28000Access denied"


def packets(*bodies, first=0):
    return b"".join(
        struct.pack("<I", len(body))[:3] + bytes(((first + at) % 256,)) + body
        for at, body in enumerate(bodies)
    )


def text(value):
    return b"\xfb" if value is None else bytes((len(value),)) + value


def column(name):
    return b"".join(map(text, (b"def", b"", b"", b"", name, b""))) + b"\x0c" + bytes(12)


def hello(version=b"10.11.14-MariaDB", plugin=b"mysql_native_password", abilities=0xFFFFFFFF):
    both = struct.pack("<I", abilities)
    return (
        b"\x0a" + version + b"\0" + bytes(4) + _SALT[:8] + b"\0" + both[:2] + b"\x2d\x02\0"
        + both[2:] + b"\x15" + bytes(10) + _SALT[8:] + b"\0" + plugin + b"\0"
    )  # fmt: skip


def ask(*bodies, most_rows=200):
    stream = Canned(packets(*bodies, first=1))
    return finish(mysql.Session(stream).query("SHOW STATUS", most_rows)), stream


def enter(*bodies, password="secret", is_private=False, numbers=range(2, 9)):
    """The log-in of `u`, and the stream it goes over; the client's own packets count too."""
    says = [packets(body, first=number) for number, body in zip(numbers, bodies, strict=False)]
    stream = Canned(packets(hello()) + b"".join(says))

    async def talk():
        session = await mysql.greet(stream)
        await mysql.log_in(session, Login("u", password, is_private))
        return session

    return talk(), stream


def test_reads_columns_rows_and_nulls():
    table, stream = ask(
        b"\x02", column(b"name"), column(b"value"), _END, text(b"a") + text(None), _END
    )

    assert (table.columns, table.rows, table.is_cut) == (["name", "value"], [["a", None]], False)
    assert stream.sent == packets(b"\x03SHOW STATUS")


def test_reads_no_more_rows_than_are_wanted():
    table, _ = ask(
        b"\x01", column(b"n"), _END, text(b"1"), text(b"2"), text(b"3"), _END, most_rows=2
    )

    assert (table.rows, table.is_cut) == ([["1"], ["2"]], True)


def test_an_answer_without_rows_is_an_empty_table():
    table, _ = ask(_OK)

    assert table.rows == []


def test_an_error_is_told_in_the_words_of_the_server():
    with pytest.raises(Declined) as problem:
        ask(_DENIED)

    assert (problem.value.cause, problem.value.state) == ("Access denied (1045)", "28000")


@pytest.mark.parametrize(
    "bodies",
    [
        (b"\xfb/etc/passwd",),
        (b"\xf0",),
        (b"\x01", b"\x03de"),
        (b"\x01", column(b"n"), b"\x01x"),
        (b"\x01", column(b"n"), _END, b"\xfd\xff\xff\xff"),
    ],
    ids=["local-file", "columns", "short", "no-end", "long-value"],
)
def test_what_the_protocol_does_not_allow_is_refused(bodies):
    with pytest.raises(ValueError, match=r"\w"):
        ask(*bodies)


@pytest.mark.parametrize(
    "says", [b"\xff\xff\xff\x01", b"\0\0\0\x01", b"\x01\0\0\x07\0", b"HTTP/1.1"]
)
def test_what_is_no_packet_is_refused(says):
    with pytest.raises(ValueError, match="packet"):
        finish(mysql.Session(Canned(says)).query("SELECT 1"))


def test_rows_without_end_are_refused():
    row = b"\xfd" + struct.pack("<I", 900_000)[:3] + b"x" * 900_000

    with pytest.raises(ValueError, match="in all"):
        ask(b"\x01", column(b"n"), _END, *[row] * 12, _END)


@pytest.mark.parametrize("password", [b"secret", "密码".encode()])
def test_proves_a_password_as_the_usual_client_does(password):
    assert mysql_login.native(password, _SALT) == pymysql._auth.scramble_native_password(
        password, _SALT
    )
    assert mysql_login.caching(password, _SALT) == pymysql._auth.scramble_caching_sha2(
        password, _SALT
    )


def test_knows_server_and_version_after_the_greeting():
    work, stream = enter(_OK)

    session = finish(work)

    assert (session.server, session.version) == ("mariadb", 101114)
    assert mysql_login.native(b"secret", _SALT) in stream.sent
    assert b"secret" not in stream.sent


def test_follows_a_switch_to_another_proof():
    switch = b"\xfecaching_sha2_password\0" + _SALT + b"\0"
    work, stream = enter(switch, b"\x01\x03", _OK, numbers=(2, 4, 5))

    finish(work)

    assert mysql_login.caching(b"secret", _SALT) in stream.sent


@pytest.mark.parametrize(
    "wish", [b"\x01\x04", b"\xfemysql_clear_password\0"], ids=["full", "clear"]
)
def test_sends_no_password_in_clear_without_tls(wish):
    work, stream = enter(wish)

    with pytest.raises(Declined, match="in clear"):
        finish(work)

    assert b"secret" not in stream.sent


def test_sends_the_password_in_clear_through_tls():
    work, stream = enter(b"\xfemysql_clear_password\0", is_private=True)

    with pytest.raises(ValueError, match="ended"):
        finish(work)

    assert stream.sent.endswith(b"secret\0")


def test_a_way_of_log_in_that_is_not_known_is_told():
    work, _ = enter(b"\xfeclient_ed25519\0" + _SALT)

    with pytest.raises(Declined, match="client_ed25519"):
        finish(work)


def test_a_server_that_takes_nobody_says_why():
    with pytest.raises(Declined, match="Too many connections"):
        finish(mysql.greet(Canned(packets(b"\xff\x10\x04Too many connections"))))


@pytest.mark.parametrize("greeting", [b"\x09old\0", b"\x0a8.0.36\0short"])
def test_a_greeting_of_something_else_is_refused(greeting):
    with pytest.raises(ValueError, match=r"\w"):
        finish(mysql.greet(Canned(packets(greeting))))


def test_a_server_without_tls_is_told():
    async def talk():
        session = await mysql.greet(Canned(packets(hello(abilities=0x0008A200))))
        await mysql.ask_for_tls(session, Login("u", is_private=True))

    with pytest.raises(Declined, match="does not offer TLS"):
        finish(talk())


@pytest.mark.parametrize(
    ("banner", "number"),
    [
        ("10.11.14-MariaDB-0+deb12u2", 101114),
        ("5.5.5-10.6.4-MariaDB", 100604),
        ("8.0.36", 80036),
        ("?", 0),
    ],
)
def test_counts_versions(banner, number):
    assert mysql.version_number(banner) == number
