"""A real Prometheus with our configuration, a real node_exporter and a sink for its alerts."""

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from hisops.core.errors import OpsError
from hisops.core.model import Class, Host, Inventory, Name, System, Team
from hisops.core.settings import Listen, Metrics, Settings
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite
from hisops.monitor import prometheus
from hisops.workflow import live

_DEADLINE_SECONDS = 40.0
IO = Local()


class Sink:
    """Takes alerts like the engine and keeps them, each with the moment it came."""

    def __init__(self) -> None:
        self.alerts: list[tuple[float, dict]] = []
        taken = self.alerts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/api/v2/alerts":
                    taken.extend((time.monotonic(), alert) for alert in body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Nothing: tests look at what came in."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def find(self, name: str, **labels: str) -> list[tuple[float, dict]]:
        """Alerts of a name with these labels, oldest first."""
        wanted = {"alertname": name, **labels}
        return [(at, a) for at, a in list(self.alerts) if wanted.items() <= a["labels"].items()]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition: Callable[[], object]) -> object:
    """The first true answer; fails after the deadline."""
    end = time.monotonic() + _DEADLINE_SECONDS
    while not (answer := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return answer


@contextlib.contextmanager
def running(argv: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program while the block runs; it is killed at its end."""
    with log.open("wb") as file:
        child = subprocess.Popen(argv, stdout=file, stderr=file)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def exporter(port: int) -> list[str]:
    """The command of a node_exporter."""
    return [
        "prometheus-node-exporter",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]


def make_site(root: Path, engine_port: int, **hosts: int) -> Site:
    """One class C1 system whose hosts are ports of this machine, polled every second."""
    name = Name(zh="数据库", en="Database")
    system = System(name=name, class_=Class.C1, owner="dba", hosts=("dbs",), tier=0)
    inventory = Inventory(
        hosts={
            host: Host(name=host, address="127.0.0.1", vars={"agent_port": port})
            for host, port in hosts.items()
        },
        groups={"dbs": tuple(hosts)},
        systems={"his": system},
        teams={"dba": Team(name=name, lead="li", members=("li",))},
    )
    settings = Settings(
        name="Test Hospital",
        stack=("prometheus", "engine"),
        prometheus=Metrics(listen=f"127.0.0.1:{free_port()}"),
        engine=Listen(listen=f"127.0.0.1:{engine_port}"),
    )
    return Site(root=str(root), settings=settings, inventory=inventory, state=str(root / "var"))


def with_hosts(site: Site, **hosts: int) -> Site:
    """The same site with other hosts."""
    other = make_site(Path(site.root), site.settings.engine.port, **hosts)
    return msgspec.structs.replace(site, inventory=other.inventory)


def value(site: Site, promql: str) -> float | None:
    """The first value of an expression; None when there is none yet."""
    try:
        found = live.query(IO, site, promql)
    except OpsError:
        return None
    return found[0].number if found else None


def is_up(site: Site, host: str) -> bool:
    """Whether Prometheus reached the agent of a host at its last scrape."""
    return value(site, f'up{{job="agent",instance="{host}"}}') == 1


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    opened = Sink()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def exporter_port(tmp_path_factory) -> Iterator[int]:
    """A node_exporter that runs through all tests."""
    port = free_port()
    with running(exporter(port), tmp_path_factory.mktemp("exporter") / "log"):
        wait_for(lambda: IO.connects(f"127.0.0.1:{port}"))
        yield port


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Iterator[Sqlite]:
    opened = Sqlite(str(tmp_path_factory.mktemp("store") / "hisops.db"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory, sink, exporter_port, store) -> Iterator[Site]:
    """A site whose Prometheus runs and measures db1."""
    root = tmp_path_factory.mktemp("site")
    made = make_site(root, sink.server.server_port, db1=exporter_port)
    prometheus.apply(IO, made, store)
    with running(prometheus.argv(made), root / "prometheus.log") as child:
        wait_for(lambda: prometheus.is_ready(IO, made))
        wait_for(lambda: is_up(made, "db1"))
        yield made
        assert child.poll() is None, "Prometheus must live through all tests"
