"""RESP: answers constructed after the manual, and hostile ones."""

import pytest

from hisops.wire.redis import ask
from hisops.wire.table import Declined
from tests.wire.canned import Canned, finish


def _reply(says):
    return finish(ask(Canned(says), "INFO"))


@pytest.mark.parametrize(
    ("says", "value"),
    [
        (b"+PONG\r\n", "PONG"),
        (b":-7\r\n", -7),
        (b"$6\r\na\r\n\xe7x\r\n", "a\r\n�x"),
        (b"$0\r\n\r\n", ""),
        (b"$-1\r\n", None),
        (b"*-1\r\n", None),
        (b"*2\r\n:1\r\n*1\r\n+x\r\n", [1, ["x"]]),
    ],
)
def test_reads_every_kind_of_answer(says, value):
    says = says.replace(b"$6", b"$5") if b"\xe7" in says else says

    assert _reply(says) == value


def test_sends_words_with_their_length_in_bytes():
    stream = Canned(b"+OK\r\n")

    finish(ask(stream, "AUTH", "密\r\nx"))

    assert stream.sent == "*2\r\n$4\r\nAUTH\r\n$6\r\n密\r\nx\r\n".encode()


def test_an_error_is_told_in_the_words_of_the_server():
    with pytest.raises(Declined, match="NOAUTH Authentication required") as problem:
        _reply(b"-NOAUTH Authentication required.\r\n")

    assert problem.value.state == "NOAUTH"


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"$2000000000\r\n",
        b"*2000000000\r\n",
        b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
        b":x\r\n",
        b"+" + b"x" * 100_000,
        b"",
    ],
    ids=["http", "value", "list", "deep", "number", "line", "nothing"],
)
def test_what_the_protocol_does_not_allow_is_refused(says):
    with pytest.raises(ValueError, match=r"\w"):
        _reply(says)
