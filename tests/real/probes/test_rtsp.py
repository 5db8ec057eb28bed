"""RTSP probes against a small server of our own: there is none in Debian without a desktop."""

import re

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.rtsp import Rtsp
from hisops.wire.rtsp import authorise
from tests.real.sql.server import free_port

# Constructed after RFC 2326, 10.2 and RFC 8866.
SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Door 3\r\nm=video 0 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\n"
)
CHALLENGE = 'Digest realm="cam", nonce="abc123"'


def camera(*, description=SDP, status="200 OK", login="", shift=0):
    """A talk that answers OPTIONS and DESCRIBE, with a login if asked."""

    def talk(link):
        while data := link.recv(65536):
            method, url = data.decode().split()[:2]
            number = int(re.search(rb"CSeq: (\d+)", data)[1]) + shift
            head = f"CSeq: {number}\r\n"
            right = authorise(CHALLENGE, method, url, "ann", login)
            if method == "OPTIONS":
                link.sendall(f"RTSP/1.0 200 OK\r\n{head}Public: DESCRIBE\r\n\r\n".encode())
            elif login and right not in data.decode():
                reply = f"RTSP/1.0 401 Unauthorized\r\n{head}WWW-Authenticate: {CHALLENGE}\r\n\r\n"
                link.sendall(reply.encode())
            else:
                size = f"Content-Length: {len(description)}\r\n"
                link.sendall(f"RTSP/1.0 {status}\r\n{head}{size}\r\n{description}".encode())

    return talk


def test_a_described_stream_is_well(peer, probe, series):
    found = probe(Rtsp(media=("video", "audio")), f"rtsp://127.0.0.1:{peer(camera())}/ch1")

    values = series(found)
    assert found.success, found.cause
    assert values["hisops_probe_rtsp_status_code"] == 200
    assert values['hisops_probe_rtsp_media{kind="video"}'] == 1


@pytest.mark.parametrize(("word", "cause"), [("word", ""), ("guess", "status 401")])
def test_logs_in_where_asked(peer, probe, tmp_path, word, cause):
    (tmp_path / "word").write_text(word)
    port = peer(camera(login="word"))

    unit = Rtsp(user="ann", password=Secret(f"file:{tmp_path}/word"))
    found = probe(unit, f"rtsp://127.0.0.1:{port}/ch1")

    assert found.success is (not cause), found.cause
    assert cause in found.cause


def hang(link):
    link.recv(65536)
    link.recv(1)


@pytest.mark.parametrize(
    ("talk", "cause"),
    [
        (camera(status="404 Not Found"), "status 404"),
        (camera(description="v=0\r\n"), "no video"),
        (camera(shift=1), "belongs to another request"),
        (camera(description="x" * 100_001), "a description of 100001 bytes"),
        (lambda link: link.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), "not RTSP"),
        (hang, "no answer within 0.4 s"),
    ],
)
def test_a_broken_camera_is_told(peer, probe, talk, cause):
    found = probe(Rtsp(timeout=Duration(0.4)), f"rtsp://127.0.0.1:{peer(talk)}/ch1")

    assert not found.success
    assert cause in found.cause


def test_a_closed_port_is_told_at_once(probe):
    assert "refused" in probe(Rtsp(), f"rtsp://127.0.0.1:{free_port()}/ch1").cause
