"""Two Prometheus shards write to one VictoriaMetrics: every target is there, and once."""

import contextlib
import http.server
import ipaddress
import os
import ssl
import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hisops.core.model import Host
from hisops.core.remote import RemoteWrite
from hisops.core.settings import Metrics, Scrape
from hisops.monitor import prometheus
from hisops.workflow import history, live
from tests.real.monitor.conftest import IO, free_port, make_site, running, value, wait_for

ADDRESS = "198.51.100.7"  # TEST-NET-2 (RFC 5737): not loopback, so that it is sharded
COUNT = 24
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an address needs root")


class Page(http.server.BaseHTTPRequestHandler):
    """What an agent serves, as far as this test needs it."""

    def do_GET(self) -> None:
        body = b"node_load1 1\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing: the test looks at what came in."""


@contextlib.contextmanager
def agents(certificate: str, key: str):
    """Ports of 24 agents that speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    servers = [http.server.ThreadingHTTPServer((ADDRESS, 0), Page) for _ in range(COUNT)]
    for server in servers:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield [server.server_port for server in servers]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def address():
    """An address of this machine that is not loopback."""
    IO.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"])
    try:
        yield ADDRESS
    finally:
        IO.run(["ip", "address", "del", f"{ADDRESS}/32", "dev", "lo"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for that address, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


def _site(root, ports, ca, store_port):
    """A site of two shards; its own Prometheus listens where nothing else does."""
    made = make_site(root, 9, **{f"db{i}": port for i, port in enumerate(ports)})
    hosts = {
        name: Host(name=name, address=ADDRESS, vars=host.vars)
        for name, host in made.inventory.hosts.items()
    }
    metrics = Metrics(
        listen=f"127.0.0.1:{free_port()}",
        shards=2,
        scrape=Scrape(ca=ca),
        remote_write=RemoteWrite(url=f"http://127.0.0.1:{store_port}/api/v1/write"),
        query=f"http://127.0.0.1:{store_port}",
    )
    return msgspec.structs.replace(
        made,
        inventory=msgspec.structs.replace(made.inventory, hosts=hosts),
        settings=msgspec.structs.replace(made.settings, prometheus=metrics),
    )


@pytest.fixture(scope="module")
def sharded(tmp_path_factory, address, certificate):
    """Sites of both shards, while their programs run."""
    store_port = free_port()
    root = tmp_path_factory.mktemp("shards")
    with contextlib.ExitStack() as stack:
        ports = stack.enter_context(agents(*map(str, certificate)))
        argv = ["victoria-metrics", f"-storageDataPath={root}/vm", "-search.latencyOffset=1s"]
        argv += [f"-httpListenAddr=127.0.0.1:{store_port}"]
        stack.enter_context(running(argv, root / "vm.log"))
        wait_for(lambda: IO.connects(f"127.0.0.1:{store_port}"))
        sites = []
        for number in range(2):
            folder = tmp_path_factory.mktemp(f"shard{number}")
            site = _site(folder, ports, str(certificate[0]), store_port)
            files = prometheus.render(IO, site, number)
            prometheus.verify(IO, site, files)
            for name, text in files.items():
                IO.write(f"{prometheus.folder(site)}/{name}", text)
            stack.enter_context(running(prometheus.argv(site), folder / "log"))
            sites.append(site)
        yield sites


def _instances(site, promql):
    return [series.metric["instance"] for series in live.query(IO, site, promql)]


def _alone(site):
    """The same Prometheus, asked for what it holds itself."""
    metrics = msgspec.structs.replace(site.settings.prometheus, query=site.settings.prometheus.url)
    return msgspec.structs.replace(
        site, settings=msgspec.structs.replace(site.settings, prometheus=metrics)
    )


def test_all_targets_are_in_the_store_once_and_each_shard_has_a_part(sharded):
    first = sharded[0]
    everyone = {f"db{i}" for i in range(COUNT)}

    wait_for(lambda: value(first, 'count(node_load1{job="agent"})') == COUNT)

    together = _instances(first, 'up{job="agent"} == 1')
    parts = [set(_instances(_alone(site), 'up{job="agent"}')) for site in sharded]
    assert sorted(together) == sorted(everyone)
    assert parts[0] | parts[1] == everyone
    assert parts[0] & parts[1] == set()
    assert min(map(len, parts)) >= 4
    print("shards have", [len(part) for part in parts])


def test_the_store_tells_which_shard_wrote_what(sharded):
    wait_for(lambda: value(sharded[0], 'count(up{job="prometheus"} == 1)') == 2)

    shards = {s.metric["shard"] for s in live.query(IO, sharded[0], 'up{job="prometheus"}')}
    assert shards == {"0", "1"}


def test_history_comes_from_the_store_too(sharded):
    def remembered() -> int:
        now = IO.now().timestamp()
        return len(
            history.read(IO, sharded[1], 'up{job="agent"}', end=now, step_seconds=1, count=9)
        )

    wait_for(lambda: remembered() == COUNT)
