"""The same modules and targets given to blackbox_exporter and to us: same verdicts, same series."""

import contextlib
import re
import socket
import urllib.request

import pytest
import yaml

from hisops.core import config
from hisops.core.metric import expose
from hisops.monitor import blackbox
from hisops.monitor.watch import Kinds
from tests.real.sql.server import free_port, listens, running, wait_for

MODULES = {
    "plain": {"prober": "http", "timeout": "5s", "http": {"preferred_ip_protocol": "ip4"}},
    "strict": {
        "prober": "http",
        "http": {
            "valid_status_codes": [404],
            "fail_if_body_not_matches_regexp": ["his"],
            "preferred_ip_protocol": "ip4",
        },
    },
    "secure": {
        "prober": "http",
        "http": {"preferred_ip_protocol": "ip4", "tls_config": {"ca_file": "CA"}},
    },
    "port": {"prober": "tcp", "tcp": {"preferred_ip_protocol": "ip4"}},
    "banner": {
        "prober": "tcp",
        "timeout": "2s",
        "tcp": {
            "preferred_ip_protocol": "ip4",
            "query_response": [{"expect": "^220 (.*)$", "send": "HELO ${1}"}, {"expect": "^250"}],
        },
    },
    "tls": {
        "prober": "tcp",
        "tcp": {"preferred_ip_protocol": "ip4", "tls": True, "tls_config": {"ca_file": "CA"}},
    },
    "ping": {"prober": "icmp", "icmp": {"preferred_ip_protocol": "ip4"}},
}
NGINX = """
daemon off; master_process off; pid {root}/pid; error_log {root}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {root}/b; proxy_temp_path {root}/p;
  fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  server {{
    listen 127.0.0.1:{web}; listen 127.0.0.1:{safe} ssl;
    ssl_certificate {pem}; ssl_certificate_key {pem};
    location / {{ add_header Last-Modified "Wed, 25 Nov 2026 04:00:00 GMT"; return 200 "his"; }}
    location /none {{ return 404 "his"; }}
    location /moved {{ return 301 /; }}
  }}
}}
"""
# Of Go's own: the hash of an address tells only that it changed.
LEFT_OUT = {"probe_ip_addr_hash"}


@pytest.fixture(scope="module")
def both(place, authority):
    """blackbox_exporter's port, the modules as ours, and the places of the servers."""
    web, safe, port = free_port(), free_port(), free_port()
    text = yaml.safe_dump({"modules": MODULES}).replace("CA", authority.ca_file)
    (place / "blackbox.yml").write_text(text)
    conf = NGINX.format(root=place, web=web, safe=safe, pem=authority.issue("beside"))
    (place / "nginx.conf").write_text(conf)
    nginx = ["/usr/sbin/nginx", "-c", str(place / "nginx.conf"), "-p", str(place)]
    other = ["prometheus-blackbox-exporter", f"--config.file={place}/blackbox.yml"]
    other += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with running(nginx, "root", place), running(other, "root", place, "blackbox.log"):
        wait_for(lambda: listens(web) and listens(safe) and listens(port))
        modules, notes = blackbox.convert(yaml.safe_load(text)["modules"])
        assert {note.text.partition(" ")[0] for note in notes} == {"preferred_ip_protocol"}
        yield port, modules, {"web": web, "safe": safe, "closed": free_port()}


def names(page: str) -> set[str]:
    """Series with labels but without values, those of certificates without their content."""
    found = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ", page, re.MULTILINE)
    return {re.sub(r"(info)\{.*", r"\1", one) for one in found} - LEFT_OUT


def mail(link: socket.socket) -> None:
    link.sendall(b"220 his.example\r\n")
    name = link.recv(100)
    link.sendall(b"250 " + name if name == b"HELO his.example\n" else b"500 no\r\n")
    with contextlib.suppress(OSError):
        link.recv(1)


def deaf(link: socket.socket) -> None:
    link.sendall(b"554 no\r\n")


@pytest.mark.parametrize(
    ("module", "target", "success"),
    [
        ("plain", "http://127.0.0.1:{web}/", 1),
        ("plain", "127.0.0.1:{web}/moved", 1),
        ("plain", "http://127.0.0.1:{web}/none", 0),
        ("strict", "http://127.0.0.1:{web}/none", 1),
        ("strict", "http://127.0.0.1:{web}/", 0),
        ("secure", "https://localhost:{safe}/", 1),
        ("port", "127.0.0.1:{web}", 1),
        ("tls", "localhost:{safe}", 1),
        ("ping", "127.0.0.1", 1),
    ],
)
def test_verdict_and_series_are_the_same(both, probe, module, target, success):
    port, modules, ports = both
    target = target.format(**ports)

    theirs = ask(port, module, target)
    ours = expose(probe(made(modules[module]), target).samples)

    assert f"\nprobe_success {success}\n" in theirs
    assert f"\nprobe_success {success}\n" in ours
    assert names(theirs) - names(ours) == set()


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("secure", "https://127.0.0.1:{safe}/"),
        ("plain", "https://localhost:{safe}/"),
        ("plain", "http://127.0.0.1:{closed}/"),
        ("port", "127.0.0.1:{closed}"),
        ("tls", "localhost:{web}"),
    ],
)
def test_failures_are_the_same(both, probe, module, target):
    port, modules, ports = both
    target = target.format(**ports)

    theirs, ours = ask(port, module, target), probe(made(modules[module]), target)

    assert "\nprobe_success 0\n" in theirs
    assert not ours.success
    assert ours.cause


@pytest.mark.parametrize(("talk", "success"), [(mail, True), (deaf, False)])
def test_dialogues_go_the_same_way(both, probe, peer, talk, success):
    port, modules, _ = both
    target = f"127.0.0.1:{peer(talk)}"

    theirs, ours = ask(port, "banner", target), probe(made(modules["banner"]), target)

    assert f"\nprobe_success {int(success)}\n" in theirs
    assert ours.success is success


def made(options):
    problems = []
    rest = {key: value for key, value in options.items() if key != "probe"}
    unit = config.decode(rest, Kinds()[options["probe"]], "x", problems)
    assert problems == []
    return unit


def ask(port: int, module: str, target: str) -> str:
    url = f"http://127.0.0.1:{port}/probe?module={module}&target={target}"
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read().decode()
