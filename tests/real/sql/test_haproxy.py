"""The HAProxy probe against a real gateway: errors of its servers, a backend that dies, frozen."""

import threading
import urllib.error
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hisops.monitor.probes.haproxy import Haproxy
from tests.real.sql.server import folder, free_port, frozen, listens, running, wait_for

_CONFIGURATION = """
global
    stats socket {path}/sock mode 666 level user
defaults
    mode http
    timeout connect 1s
    timeout client 2s
    timeout server 2s
frontend gateway
    bind 127.0.0.1:{port}
    stats enable
    stats uri /haproxy?stats
    stats auth watcher:p-for-tests
    default_backend registration
backend registration
    server app1 127.0.0.1:{app} check inter 100ms fall 1 rise 1
"""


class _App(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        pass


@pytest.fixture
def app():
    """A service behind the gateway; it answers with the status that the path names."""
    served = ThreadingHTTPServer(("127.0.0.1", 0), _App)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


@pytest.fixture
def gateway(app):
    """The gateway's process, with `path` of its socket and `port`."""
    with folder("haproxy") as path:
        port = free_port()
        text = _CONFIGURATION.format(path=path, port=port, app=app.server_port)
        (path / "cfg").write_text(text)
        with running(["haproxy", "-db", "-f", f"{path}/cfg"], "haproxy", path) as child:
            wait_for(lambda: child.poll() is not None or listens(port))
            assert child.poll() is None, (path / "log").read_text()
            child.socket, child.port = f"{path}/sock", port
            yield child


def _get(gateway, status):
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{gateway.port}/{status}", timeout=3).close()


def _answers(code):
    return f'haproxy_backend_http_responses_total{{proxy="registration",code="{code}"}}'


def test_counts_answers_by_class(probe, series, gateway):
    for status in (200, 200, 404, 500):
        _get(gateway, status)

    found = series(probe(Haproxy(), gateway.socket))

    assert found["haproxy_up"] == 1
    assert (found[_answers("2xx")], found[_answers("4xx")], found[_answers("5xx")]) == (2, 1, 1)
    assert found['haproxy_backend_status{proxy="registration",state="UP"}'] == 1
    assert found['haproxy_backend_active_servers{proxy="registration"}'] == 1
    assert found['haproxy_frontend_limit_sessions{proxy="gateway"}'] > 0


def test_asks_over_http_with_a_password(probe, gateway, password, wrong_password):
    target = f"127.0.0.1:{gateway.port}"

    assert probe(Haproxy(user="watcher", password=password), target).success
    assert (
        probe(Haproxy(user="watcher", password=wrong_password), target).cause == "HTTP status 401"
    )


def test_sees_a_backend_without_servers(probe, series, gateway, app):
    down = 'haproxy_backend_status{proxy="registration",state="DOWN"}'
    app.shutdown()
    app.server_close()

    wait_for(lambda: series(probe(Haproxy(), gateway.socket)).get(down) == 1)


def test_a_frozen_gateway_costs_the_time_out_and_still_gives_its_up_series(
    probe, series, gateway, impatient
):
    with frozen(gateway.pid):
        found = probe(Haproxy(timeout=impatient), gateway.socket)

    assert "no answer within 0.7 s" in found.cause
    assert series(found)["haproxy_up"] == 0


def test_something_else_than_a_gateway_is_told(probe, app):
    found = probe(Haproxy(path="/200"), f"127.0.0.1:{app.server_port}")

    assert "no statistics of HAProxy" in found.cause
