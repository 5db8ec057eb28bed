"""HTTP: an answer in time or UNREACHABLE, nothing followed, nothing secret told."""

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io import web


class Site(BaseHTTPRequestHandler):
    """Redirects /old, echoes what is posted, notes every path."""

    def do_GET(self):
        self.server.paths.append(self.path)
        self.send_response(302 if self.path == "/old" else 200)
        self.send_header("Location", "/new")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(403)
        self.send_header("X-Token", self.headers["X-Token"])
        self.end_headers()
        self.wfile.write(body.upper())

    def log_message(self, *words):
        pass


@pytest.fixture
def site():
    server = HTTPServer(("127.0.0.1", 0), Site)
    server.paths = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def peer(act):
    """The port of a server that does `act(connection)` with its first caller."""

    def serve():
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            act(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()


def drip(first, drop):
    """A server that sends `first` at once and then `drop` again and again."""

    def act(connection):
        connection.sendall(first)
        with contextlib.suppress(OSError):
            for _ in range(20):
                connection.sendall(drop)
                time.sleep(0.1)

    return act


def fetch(url, method="GET", body=b"", headers=None, timeout=5.0):
    return web.fetch(method, url, body, headers or {}, timeout)


def refusal(url, **options):
    with pytest.raises(OpsError) as problem:
        fetch(url, **options)
    return problem.value


def test_an_answer_has_status_lower_case_headers_and_body(site):
    reply = fetch(
        f"http://127.0.0.1:{site.server_port}/x", "POST", b"page", headers={"X-Token": "A"}
    )

    assert (reply.status, reply.headers["x-token"], reply.body) == (403, "A", b"PAGE")


def test_a_redirect_is_an_answer_and_not_followed(site):
    reply = fetch(f"http://127.0.0.1:{site.server_port}/old")

    assert (reply.status, reply.headers["location"]) == (302, "/new")
    assert site.paths == ["/old"]


def test_a_query_reaches_the_server_whole(site):
    fetch(f"http://127.0.0.1:{site.server_port}/api?query=up%7Ba%3D%22b%22%7D")

    assert site.paths == ["/api?query=up%7Ba%3D%22b%22%7D"]


def test_no_proxy_of_the_environment_is_used(site, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert fetch(f"http://127.0.0.1:{site.server_port}/").status == 200


def test_a_closed_port_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    error = refusal(f"http://127.0.0.1:{port}/hook")

    assert error.cause == f"http://127.0.0.1:{port}: no answer: Connection refused"
    assert error.code is Exit.UNREACHABLE


def test_a_dead_network_is_unreachable():
    if subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        pytest.skip("making a network namespace needs root")
    code = (
        "from hisops.core.errors import OpsError\nfrom hisops.io import web\n"
        "try: web.fetch('GET', 'http://192.0.2.1/', b'', {}, 5)\n"
        "except OpsError as error: print(error.cause, int(error.code))"
    )

    done = subprocess.run(
        ["unshare", "-n", sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "http://192.0.2.1: no answer: Network is unreachable 13\n"


@pytest.mark.parametrize(
    "act",
    [
        lambda connection: connection.recv(1),
        lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    ],
    ids=["hangs up", "speaks something else", "breaks off in the body"],
)
def test_half_an_answer_is_no_answer(act):
    with peer(act) as port:
        error = refusal(f"http://127.0.0.1:{port}/")

    assert error.code is Exit.UNREACHABLE
    assert "\n" not in error.cause


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 99999999999\r\n\r\n",
        b"\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n7000000\r\n",
    ],
    ids=["told", "without a length", "in chunks"],
)
def test_an_answer_without_end_is_no_answer(head):
    def act(connection):
        connection.recv(4096)
        with contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
            for _ in range(80):
                connection.sendall(bytes(1 << 20))

    with peer(act) as port:
        error = refusal(f"http://127.0.0.1:{port}/", timeout=30)

    assert "67108864 bytes" in error.cause


@pytest.mark.parametrize(
    ("scheme", "act"),
    [
        ("http", drip(b"", b"")),
        ("http", drip(b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n")),
        ("http", drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x")),
        ("https", drip(b"\x16\x03\x03\x40\x00", b"\x02")),
    ],
    ids=["silence", "headers", "body", "TLS handshake"],
)
def test_the_time_out_bounds_the_whole_exchange(scheme, act):
    begun = time.monotonic()
    with peer(act) as port:
        error = refusal(f"{scheme}://127.0.0.1:{port}/", timeout=0.5)
        seconds = time.monotonic() - begun

    assert error.code is Exit.UNREACHABLE
    assert seconds < 2


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:1/hook/s3cret?key=s3cret", {}),
        ("http://user:s3cret@127.0.0.1:1/", {}),
        ("http://127.0.0.1:s3cret/", {}),
        ("http://user:s3cret@x@[::1/", {}),
        ("http://127.0.0.1:{port}/hook?key=s3 s3cret", {}),
        ("http://127.0.0.1:{port}/hook/s3cret/中", {}),
        ("http://127.0.0.1:{port}/", {"Authorization": "Bearer s3cret\nX: y"}),
        ("http://127.0.0.1:{port}/", {"Authorization": "Bearer s3cret 中"}),
        ("ftp://s3cret/", {}),
        ("s3cret", {}),
    ],
)
def test_no_error_tells_a_secret(site, url, headers):
    error = refusal(url.replace("{port}", str(site.server_port)), headers=headers)

    assert "s3cret" not in error.cause + error.fix
    assert "\n" not in error.cause
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.fixture
def own_certificate(tmp_path):
    """A certificate that nobody but its own key vouches for."""
    argv = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "1"]
    argv += ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")]
    argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(argv, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    return context, str(tmp_path / "cert")


def greet(context):
    """A TLS server that answers one request."""

    def act(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return act


def test_a_certificate_that_nobody_vouches_for_is_refused(own_certificate):
    with peer(greet(own_certificate[0])) as port:
        error = refusal(f"https://localhost:{port}/")

    assert "certificate" in error.cause
    assert error.code is Exit.UNREACHABLE


def test_a_certificate_of_the_site_is_taken_for_its_own_name_only(own_certificate, monkeypatch):
    context, path = own_certificate
    monkeypatch.setenv("SSL_CERT_FILE", path)

    with peer(greet(context)) as port:
        reply = fetch(f"https://localhost:{port}/")
    with peer(greet(context)) as port:
        error = refusal(f"https://127.0.0.1:{port}/")

    assert (reply.status, reply.body) == (200, b"ok")
    assert "certificate" in error.cause
