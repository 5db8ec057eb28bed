"""Requests from bytes, answers as bytes."""

import pytest

from hisops.agent import http


def request(*lines: str) -> http.Request:
    return http.parse("\r\n".join(lines).encode())


@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        ("gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
def test_compresses_only_for_who_takes_it(accepts, expected):
    assert request("GET / HTTP/1.1", f"Accept-Encoding: {accepts}").takes_gzip is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["GET / HTTP/1.1"], True),
        (["GET / HTTP/1.1", "Connection: close"], False),
        (["GET / HTTP/1.0"], False),
        (["GET / HTTP/1.0", "Connection: keep-alive"], True),
    ],
)
def test_keeps_a_connection_as_the_version_says(lines, expected):
    assert request(*lines).keep_alive is expected


def test_the_query_is_no_part_of_the_path():
    assert request("GET /metrics?collect[]=cpu HTTP/1.1").path == "/metrics"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("collect[]=cpu&collect%5B%5D=time", [("collect[]", "cpu"), ("collect[]", "time")]),
        ("a=%E9%A3%8E+x&b", [("a", "风 x"), ("b", "")]),
        ("a=%zz%4&&=%", [("a", "%zz%4"), ("", "%")]),
        ("a=%ff", [("a", "\ufffd")]),
        ("", []),
    ],
)
def test_the_query_is_taken_apart(query, expected):
    assert request(f"GET /metrics?{query} HTTP/1.1").parameters == expected


@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        # As Prometheus 2.42 sends it.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
            "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            True,
        ),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", True),
        ("application/openmetrics-text;q=0.2,text/plain;q=0.5", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;version=0.0.1", False),
        ("application/openmetrics-text;q=x", False),
        ("text/plain;version=0.0.4", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_open_metrics_is_for_who_prefers_it(accepts, expected):
    assert request("GET / HTTP/1.1", f"Accept: {accepts}").takes_open_metrics is expected


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET /",
        b"GET  / HTTP/1.1",
        b"GET / HTTP/2",
        b"GET http://x/ HTTP/1.1",
        b"GET / HTTP/1.1\r\nNo colon",
        b"GET / HTTP/1.1\r\n Folded: x",
        b"GET / HTTP/1.1\r\nA : x",
        b"GET / HTTP/1.1\r\nContent-Length: 5",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 0",
        b"GET / HTTP/1.1\r\nA: x\nContent-Length: 5",
        b"GET / HTTP/1.1\r\nA: x\0",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked",
        bytes(range(256)),
    ],
)
def test_refuses_what_is_no_plain_request(head):
    with pytest.raises(http.BadRequestError):
        http.parse(head)


def test_an_answer_to_head_has_the_length_but_no_body():
    data = http.render(http.Answer(200, b"body"), request("HEAD / HTTP/1.1"))

    assert b"Content-Length: 4\r\n" in data
    assert data.endswith(b"\r\n\r\n")
