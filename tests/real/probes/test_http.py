"""HTTP probes against nginx: healthy, wrong, refused, frozen."""

import contextlib

import pytest

from hisops.core.text import Duration, Secret
from hisops.monitor.probes.http import BasicAuth, Http, Match, Wish
from hisops.wire.tls import Tls
from tests.real.sql.server import free_port, frozen, listens, running, wait_for

CONF = """
daemon off; master_process off; pid {root}/pid; error_log {root}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {root}/b; proxy_temp_path {root}/p;
  fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls_port} ssl;
    ssl_certificate {pem}; ssl_certificate_key {pem};
    location / {{ default_type text/html; return 200 "his is up"; }}
    location /old {{ return 302 /new; }}
    location /circle {{ return 302 /circle; }}
    location /broken {{ return 503; }}
    location /health {{
      default_type application/json;
      return 200 '{{"status":"UP","checks":[{{"name":"db","ok":true}}]}}';
    }}
    location /secret {{ root {root}; auth_basic x; auth_basic_user_file {root}/users; }}
  }}
}}
"""


@pytest.fixture(scope="module")
def nginx(place, authority):
    port, tls_port = free_port(), free_port()
    pem = authority.issue("web")
    (place / "users").write_text("ann:{PLAIN}word\n")
    (place / "secret").write_text("for ann only")
    (place / "nginx.conf").write_text(
        CONF.format(root=place, port=port, tls_port=tls_port, pem=pem)
    )
    argv = ["/usr/sbin/nginx", "-c", str(place / "nginx.conf"), "-p", str(place)]
    with running(argv, "root", place) as child:
        wait_for(lambda: listens(port) and listens(tls_port))
        yield child, port, tls_port


@pytest.fixture
def ask(nginx, probe):
    _, port, _ = nginx

    def run(path="/", **options):
        return probe(Http(timeout=Duration(3), **options), f"http://127.0.0.1:{port}{path}")

    return run


def test_a_good_answer_gives_blackbox_series(ask, series):
    found = ask()

    values = series(found)
    assert found.success, found.cause
    assert values["probe_http_status_code"] == 200
    assert values["probe_http_content_length"] == values["probe_http_uncompressed_body_length"] == 9
    assert values["probe_http_ssl"] == 0
    assert values["probe_http_version"] == 1.1
    assert values["probe_ip_protocol"] == 4
    phases = {n for n in values if n.startswith("probe_http_duration_seconds")}
    assert phases == {
        f'probe_http_duration_seconds{{phase="{name}"}}'
        for name in ("resolve", "connect", "tls", "processing", "transfer")
    }


@pytest.mark.parametrize(
    ("path", "options", "cause"),
    [
        ("/broken", {}, "status 503"),
        ("/broken", {"valid_status_codes": (503,)}, ""),
        ("/old", {"follow_redirects": False}, "status 302"),
        ("/old", {}, ""),
        ("/circle", {}, "more than 10 times"),
        ("/", {"fail_if_body_not_matches_regexp": ("is up",)}, ""),
        ("/", {"fail_if_body_not_matches_regexp": ("is down",)}, "does not match"),
        ("/", {"fail_if_body_matches_regexp": ("(?i)HIS",)}, "matches"),
        ("/", {"valid_http_versions": ("HTTP/2.0",)}, "HTTP/1.1 is not one of"),
        ("/", {"fail_if_not_ssl": True}, "without TLS"),
        ("/", {"fail_if_header_not_matches": (Match(header="Server", regexp="IIS"),)}, "nginx"),
        ("/", {"fail_if_header_matches": (Match(header="X-None", regexp="x"),)}, "no header"),
        ("/health", {"json": (Wish(path="checks[0].ok", equals=True),)}, ""),
        ("/health", {"json": (Wish(path="status", regexp="^UP$"),)}, ""),
        ("/health", {"json": (Wish(path="status", equals="DOWN"),)}, "status is 'UP'"),
        ("/health", {"json": (Wish(path="checks[0].ok", equals=1),)}, "ok is 'True'"),
        ("/health", {"json": (Wish(path="checks[1].ok", equals=True),)}, "there is no checks"),
        ("/", {"json": (Wish(path="status", equals="UP"),)}, "not JSON"),
        ("/", {"max_latency": Duration(0.0000001)}, "longer than"),
        ("/secret", {}, "status 401"),
    ],
)
def test_what_an_answer_must_be_is_an_option(ask, path, options, cause):
    found = ask(path, **options)

    assert found.success is (not cause)
    assert cause in found.cause


def test_a_password_comes_from_its_reference(ask, tmp_path):
    (tmp_path / "word").write_text("word")
    (tmp_path / "wrong").write_text("guess")

    outcomes = [
        ask("/secret", basic_auth=BasicAuth(username="ann", password=Secret(f"file:{path}")))
        for path in (tmp_path / "word", tmp_path / "wrong")
    ]

    assert [found.success for found in outcomes] == [True, False]


def test_https_verifies_and_tells_the_expiry(nginx, probe, series, authority):
    _, _, port = nginx

    found = probe(Http(tls_config=Tls(ca_file=authority.ca_file)), f"https://localhost:{port}/")

    values = series(found)
    assert found.success, found.cause
    assert values["probe_http_ssl"] == values["hisops_probe_tls_trusted"] == 1
    assert any(name.startswith("probe_tls_version_info") for name in values)
    assert values["probe_ssl_earliest_cert_expiry"] > 1_700_000_000


def test_an_unknown_authority_gets_no_request_but_its_expiry_is_told(nginx, probe, series):
    _, _, port = nginx

    found = probe(Http(), f"https://localhost:{port}/")

    values = series(found)
    assert "not trusted" in found.cause
    assert values['hisops_probe_tls_verdict{verdict="untrusted"}'] == 1
    assert "probe_ssl_earliest_cert_expiry" in values
    assert "probe_http_status_code" not in values


def test_a_refused_connection_is_told_at_once(probe):
    found = probe(Http(), f"http://127.0.0.1:{free_port()}/")

    assert not found.success
    assert "refused" in found.cause


def test_a_frozen_server_costs_the_time_out_only(nginx, probe, series):
    child, port, _ = nginx

    with frozen(child.pid):
        found = probe(Http(timeout=Duration(0.3)), f"http://127.0.0.1:{port}/")

    assert found.cause == "no answer within 0.3 s"
    assert 0.3 <= series(found)["probe_duration_seconds"] < 3


def endless(link):
    with contextlib.suppress(OSError):
        link.recv(65536)
        while True:
            link.sendall(b"HTTP/1.1 200 OK\r\n" + b"x" * 100_000)


def drip(link):
    link.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000:
        link.sendall(bytes((byte,)))
        link.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            if not link.recv(1):
                return


def large(link):
    link.recv(65536)
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000001\r\n\r\n" + bytes(10_000_001))


def binary(link):
    link.recv(65536)
    link.sendall(bytes(range(256)) * 40_000)


@pytest.mark.parametrize(
    ("talk", "cause"),
    [
        (endless, "without an end"),
        (binary, "without an end"),
        (large, "more than 10000000 bytes"),
        (drip, "no answer within 0.5 s"),
    ],
)
def test_hostile_answers_end_within_the_time_out(peer, probe, talk, cause):
    found = probe(Http(timeout=Duration(0.5)), f"http://127.0.0.1:{peer(talk)}/")

    assert cause in found.cause
