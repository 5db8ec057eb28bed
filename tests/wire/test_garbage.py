"""Codecs of probes: whatever bytes come, they give a value or ValueError."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.core.errors import OpsError
from hisops.wire import ipp, ldap, line_reply, ssh, starttls, tls_hello
from hisops.wire.starttls import StartTls
from tests.wire.canned import Canned, finish

# Constructed after RFC 4511, 4.2.2; RFC 8010, 3.1; RFC 5246, 7.4.1.3; RFC 4253, 7.1.
BOUND = bytes.fromhex("300c02010261070a010004000400")
PRINTER = bytes.fromhex("0101 0000 00000001 01 04 23 000d") + b"printer-state"
PRINTER += bytes.fromhex("0004 00000005 03")
HELLO = bytes.fromhex("02000046 0303") + bytes(32) + b"\0" + bytes.fromhex("c02f 00 0000")


def read(exchange, data):
    return finish(exchange(Canned(data)))


EXCHANGES = {
    "ldap bind": ldap.bind,
    "ldap search": lambda stream: ldap.search(stream, "", 0, "objectClass", ("a",), 1),
    "ssh banner": ssh.banner,
    "ssh message": ssh.message,
    "smtp": line_reply.receive,
    "tls": tls_hello.answer,
    "imap": lambda stream: starttls.ask(stream, StartTls.IMAP),
}
PARSERS = {"ipp": ipp.parse, "hello": tls_hello.parse, "kexinit": ssh.parse_offer}


@pytest.mark.parametrize("name", EXCHANGES)
@given(data=st.binary(max_size=120), start=st.sampled_from([b"", BOUND, b"SSH-2.0-x\r\n", b"250-"]))
def test_exchanges_raise_nothing_else(name, data, start):
    try:
        read(EXCHANGES[name], start + data)
    except (ValueError, OpsError):
        return


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.binary(max_size=120), start=st.sampled_from([b"", PRINTER[:-1], HELLO[:40]]))
def test_parsers_raise_nothing_else(name, data, start):
    try:
        PARSERS[name](start + data)
    except ValueError:
        return


def test_the_good_samples_are_good():
    assert read(ldap.bind, BOUND) == ldap.Result(0, "")
    assert ipp.parse(PRINTER).groups == ({"printer-state": (5,)},)
    assert tls_hello.parse(HELLO) == tls_hello.Hello(0x0303, 0xC02F)


def test_an_alert_is_a_refusal():
    assert read(tls_hello.answer, bytes.fromhex("15 0301 0002 0246")) is None


def test_several_lines_are_one_reply():
    reply = read(line_reply.receive, b"250-first\r\n250 SIZE 100\r\n")

    assert reply == line_reply.LineReply(250, ("first", "SIZE 100"))
