"""The real Prometheus with our configuration, a real node_exporter and a sink for its alerts."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from hisops.core import journal
from hisops.core.errors import OpsError
from hisops.core.event import ConfigApplied
from hisops.core.model import Class, Host, Inventory, Name, System, Team
from hisops.core.settings import Listen, Metrics, Settings
from hisops.core.site import Site
from hisops.io.local import Local
from hisops.io.store import Sqlite
from hisops.monitor import prometheus
from hisops.workflow import live

_DEADLINE_SECONDS = 40.0
_IO = Local()


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(condition: Callable[[], object]) -> object:
    """The first true answer; fails after the deadline."""
    end = time.monotonic() + _DEADLINE_SECONDS
    while not (answer := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return answer


@contextlib.contextmanager
def _running(argv: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        child = subprocess.Popen(argv, stdout=file, stderr=file)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def _exporter(port: int) -> list[str]:
    return [
        "prometheus-node-exporter",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]


def _site(root: Path, engine_port: int, **hosts: int) -> Site:
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
        prometheus=Metrics(listen=f"127.0.0.1:{_free_port()}"),
        engine=Listen(listen=f"127.0.0.1:{engine_port}"),
    )
    return Site(root=str(root), settings=settings, inventory=inventory, state=str(root / "var"))


def _with_hosts(site: Site, **hosts: int) -> Site:
    other = _site(Path(site.root), site.settings.engine.port, **hosts)
    return msgspec.structs.replace(site, inventory=other.inventory)


def _value(site: Site, promql: str) -> float | None:
    try:
        found = live.query(_IO, site, promql)
    except OpsError:
        return None
    return found[0].number if found else None


def _is_up(site: Site, host: str) -> bool:
    return _value(site, f'up{{job="agent",instance="{host}"}}') == 1


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    opened = Sink()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def exporter_port(tmp_path_factory) -> Iterator[int]:
    """A node_exporter that runs through all tests."""
    port = _free_port()
    with _running(_exporter(port), tmp_path_factory.mktemp("exporter") / "log"):
        _wait(lambda: _IO.connects(f"127.0.0.1:{port}"))
        yield port


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[Sqlite]:
    opened = Sqlite(str(tmp_path_factory.mktemp("store") / "hisops.db"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory, sink, exporter_port, store) -> Iterator[Site]:
    """A site whose Prometheus runs and measures db1."""
    root = tmp_path_factory.mktemp("site")
    made = _site(root, sink.server.server_port, db1=exporter_port)
    prometheus.apply(_IO, made, store)
    with _running(prometheus.argv(made), root / "prometheus.log") as child:
        _wait(lambda: prometheus.is_ready(_IO, made))
        _wait(lambda: _is_up(made, "db1"))
        yield made
        assert child.poll() is None, "Prometheus must live through all tests"


def test_our_configuration_is_what_prometheus_runs(site):
    paths = ("/api/v1/targets?state=active", "/api/v1/rules")
    found, ruled = (_IO.http("GET", site.settings.prometheus.url + path).body for path in paths)

    targets = {t["labels"]["instance"]: t for t in json.loads(found)["data"]["activeTargets"]}
    assert targets["db1"]["labels"]["tier"] == "0"
    assert targets["db1"]["scrapeInterval"] == "1s"
    groups = json.loads(ruled)["data"]["groups"]
    bad = [r["name"] for g in groups for r in g["rules"] if r["health"] == "err"]
    assert len(groups) > 10
    assert bad == []


def test_a_wrong_expression_is_told_and_is_no_empty_answer(site):
    with pytest.raises(OpsError) as problem:
        live.query(_IO, site, "up ==")

    assert "parse error" in problem.value.cause


def test_a_new_host_is_measured_without_a_restart(site, store, exporter_port):
    own_start = 'process_start_time_seconds{job="prometheus"}'
    started = _wait(lambda: _value(site, own_start))

    applied = prometheus.apply(_IO, _with_hosts(site, db1=exporter_port, db2=exporter_port), store)
    _wait(lambda: _is_up(site, "db2"))

    assert applied.reloaded
    assert _value(site, own_start) == started


def test_a_host_that_left_the_inventory_is_not_measured_any_more(site, store, exporter_port):
    prometheus.apply(_IO, _with_hosts(site, db1=exporter_port, db3=exporter_port), store)
    _wait(lambda: _is_up(site, "db3"))

    prometheus.apply(_IO, _with_hosts(site, db1=exporter_port), store)

    _wait(lambda: _value(site, 'up{instance="db3"}') is None)


def test_a_rule_that_promtool_refuses_leaves_the_last_good_configuration_at_work(site, store):
    prometheus.apply(_IO, site, store)
    own = Path(site.root, "alerts/rules/own.yml")
    _IO.write(str(own), "groups: [{name: own, rules: [{alert: Bad, expr: 'up =='}]}]\n")
    before = _value(site, 'timestamp(up{instance="db1"})')

    with pytest.raises(OpsError) as problem:
        prometheus.apply(_IO, site, store)
    own.unlink()

    assert 'rules/own.yml: 1:49: group "own", rule 1, "Bad"' in problem.value.cause
    assert before is not None
    _wait(lambda: (_value(site, 'timestamp(up{instance="db1"})') or 0) > before)
    assert _value(site, "prometheus_config_last_reload_successful") == 1
    assert not prometheus.apply(_IO, site, store).changed
    accepted = [e.event().accepted for e in journal.latest(store, ConfigApplied, "prometheus")]
    assert accepted == [False]


def test_a_rule_of_the_site_takes_effect_at_the_next_change(site, store, sink):
    own = Path(site.root, "alerts/rules/own.yml")
    rule = "{alert: Own, expr: 'up{instance=\"db1\"} == 1', labels: {severity: info}}"
    _IO.write(str(own), f"groups: [{{name: own, interval: 1s, rules: [{rule}]}}]\n")

    prometheus.apply(_IO, site, store)

    _wait(lambda: sink.find("Own", instance="db1", team="dba"))
    own.unlink()
    prometheus.apply(_IO, site, store)
    assert not Path(prometheus.folder(site), "rules/own.yml").exists()


def test_what_prometheus_refuses_to_load_is_taken_back(tmp_path, store, sink, exporter_port):
    other = _site(tmp_path, sink.server.server_port, db1=exporter_port)
    prometheus.apply(_IO, other, store)
    good = Path(prometheus.folder(other), "prometheus.yml").read_text()
    deaf = [word for word in prometheus.argv(other) if word != "--web.enable-lifecycle"]

    with _running(deaf, tmp_path / "log"):
        _wait(lambda: prometheus.is_ready(_IO, other))
        with pytest.raises(OpsError) as problem:
            prometheus.apply(_IO, _with_hosts(other, db9=exporter_port, db1=1), store)

    assert "Lifecycle API is not enabled" in problem.value.cause
    assert Path(prometheus.folder(other), "prometheus.yml").read_text() == good
    assert "db9" not in Path(prometheus.folder(other), "targets/tier-0-local.json").read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_a_host_that_is_lost_is_posted_within_seconds(site, store, sink, tmp_path, number):
    name, port = f"lost-{number.name.lower()}", _free_port()
    with _running(_exporter(port), tmp_path / "log") as child:
        prometheus.apply(_IO, _with_hosts(site, **{name: port}), store)
        _wait(lambda: _is_up(site, name))
        assert sink.find("AgentDown", instance=name) == []

        start = time.monotonic()
        os.kill(child.pid, number)
        ((at, alert), *_) = _wait(lambda: sink.find("AgentDown", instance=name))

    prometheus.apply(_IO, site, store)
    print(f"{number.name} to post: {at - start:.2f} s")
    assert at - start < 5
    assert alert["labels"]["severity"] == "critical"
    assert alert["labels"]["team"] == "dba"
    assert alert["labels"]["site"] == "Test Hospital"
    assert alert["annotations"]["runbook"] == "server-down"
    assert name in alert["annotations"]["summary_zh"]
    assert {"startsAt", "endsAt", "generatorURL"} <= set(alert)


def test_an_agent_that_is_back_before_the_next_scrape_is_posted_as_restarted(
    site, store, sink, tmp_path
):
    port = _free_port()
    slow = System(
        name=Name(zh="库", en="DB"), class_=Class.C1, owner="dba", hosts=("back1",), tier=1
    )
    with _running(_exporter(port), tmp_path / "first"):
        changed = _with_hosts(site, back1=port)
        inventory = msgspec.structs.replace(changed.inventory, systems={"his": slow})
        changed = msgspec.structs.replace(changed, inventory=inventory)
        prometheus.apply(_IO, changed, store)
        _wait(lambda: _is_up(site, "back1"))
    with _running(_exporter(port), tmp_path / "second"):
        found = _wait(
            lambda: (
                sink.find("AgentRestarted", instance="back1")
                or sink.find("AgentDown", instance="back1")
            )
        )
    prometheus.apply(_IO, site, store)
    assert found


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_file_system_is_posted_with_its_mount_and_an_empty_one_is_not(site, sink, tmp_path):
    full, empty = tmp_path / "full", tmp_path / "empty"
    for folder in (full, empty):
        folder.mkdir()
        _IO.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)])
    try:
        (full / "data").write_bytes(b"x" * (4 * 1024 * 1024 - 65536))
        ((_, alert), *_) = _wait(lambda: sink.find("FilesystemFull", mountpoint=str(full)))

        assert sink.find("FilesystemFull", mountpoint=str(empty)) == []
    finally:
        for folder in (full, empty):
            _IO.run(["umount", str(folder)])
    assert alert["labels"]["instance"] == "db1"
    assert str(full) in alert["annotations"]["summary"]
    assert alert["annotations"]["runbook"] == "disk-full"


def test_the_heartbeat_reaches_the_engine(sink, site):
    (_, alert), *_ = _wait(lambda: sink.find("Watchdog"))

    assert alert["labels"]["heartbeat"] == "prometheus"
