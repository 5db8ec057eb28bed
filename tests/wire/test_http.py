"""The HTTP client: bodies of all kinds, redirects, limits."""

import gzip

import pytest

from hisops.core.errors import OpsError
from hisops.wire.http import Phases, fetch
from hisops.wire.http_message import basic
from tests.wire.canned import CannedNet, finish

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def moved(place: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()


def ask(*answers, url="http://his.example:8080/a?b=1", **options):
    net = CannedNet(*answers)
    return finish(fetch(net, url, **options)), net


def test_gives_status_headers_body_and_phases():
    reply, net = ask(OK)

    assert (reply.status, reply.body, reply.headers) == (200, b"hello", {"content-length": "5"})
    assert reply.phases == Phases(0.0, 0.0, 0.0, 1.0, 1.0)
    assert net.dialled == [("his.example", 8080)]
    assert net.streams[0].is_closed


def test_asks_for_the_target_of_the_right_host():
    _, net = ask(OK)

    head = net.streams[0].sent.decode()
    assert head.startswith("GET /a?b=1 HTTP/1.1\r\n")
    assert "\r\nHost: his.example:8080\r\n" in head
    assert head.endswith("\r\n\r\n")


def test_leaves_the_usual_port_out_of_the_host():
    _, net = ask(OK, url="http://[::1]/")

    assert b"\r\nHost: [::1]\r\n" in net.streams[0].sent
    assert net.dialled == [("::1", 80)]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (CHUNKED + b"3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n", b"hello"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"hello"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"), b"hello"),
    ],
)
def test_reads_bodies_however_they_are_framed(answer, body):
    reply, _ = ask(answer)

    assert reply.body == body


def test_expects_no_body_after_head():
    reply, _ = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method="HEAD")

    assert reply.body == b""


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!",
        CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"3\r\nhel\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello")[:-3],
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + OK,
        b"x" * 100_000,
    ],
)
def test_says_that_a_broken_answer_is_broken(answer):
    with pytest.raises(ValueError, match=r"\w"):
        ask(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000,
        CHUNKED + b"1\r\nx\r\n" * 600 + b"0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(1_000_000)),
    ],
)
def test_stops_at_the_largest_body(answer):
    with pytest.raises(ValueError, match="bytes"):
        ask(answer, most_bytes=1000 if b"gzip" not in answer else 2000)


def test_follows_redirects_and_adds_up_their_phases():
    reply, net = ask(moved("/new"), OK, redirects=10, method="POST", body=b"x=1")

    assert (reply.status, reply.redirects, reply.url.target) == (200, 1, "/new")
    assert reply.phases.processing == 2.0
    assert net.streams[1].sent.startswith(b"GET /new ")
    assert b"Content-Length" not in net.streams[1].sent


def test_repeats_the_request_where_307_says_so():
    _, net = ask(moved("/new", 307), OK, redirects=10, method="POST", body=b"x=1")

    assert net.streams[1].sent.startswith(b"POST /new ")
    assert net.streams[1].sent.endswith(b"x=1")


def test_gives_the_redirect_itself_unless_told_to_follow():
    reply, _ = ask(moved("/new"))

    assert (reply.status, reply.headers["location"]) == (302, "/new")


def test_ends_a_circle_of_redirects():
    with pytest.raises(ValueError, match="more than 2 times"):
        ask(*[moved("/a")] * 3, redirects=2)


def test_tells_passwords_to_no_other_host():
    _, net = ask(
        moved("/same"),
        moved("http://other.example/"),
        OK,
        url="http://ann:secret@his.example/",
        headers={"X-Auth-Token": "t"},
        redirects=3,
    )

    here = [basic("ann", "secret").encode() in stream.sent for stream in net.streams]
    assert here == [True, True, False]
    assert b"X-Auth-Token" not in net.streams[2].sent


@pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://x/", "http://a b/"])
def test_follows_only_to_web_addresses(place):
    with pytest.raises(OpsError, match="not an address"):
        ask(moved(place), redirects=3)


@pytest.mark.parametrize(
    "url", ["http://a\r\nb/", "http:///x", "ftp://a/", "http://a:99999/", "ü/ü"]
)
def test_refuses_what_is_no_address(url):
    with pytest.raises(OpsError, match="not an address"):
        ask(url=url)


def test_keeps_a_password_out_of_the_complaint_about_an_address():
    with pytest.raises(OpsError) as problem:
        ask(url="ftp://ann:secret@a/")

    assert "secret" not in problem.value.cause


def test_refuses_a_header_that_would_break_its_line():
    with pytest.raises(OpsError, match="forbids"):
        ask(OK, headers={"X": "a\r\nEvil: 1"})
