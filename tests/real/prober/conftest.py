"""A real prober on loopback, always ended."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(claim: Callable[[], object], seconds: float = 20.0) -> object:
    """Ask until the claim holds; gives its value."""
    deadline = time.monotonic() + seconds
    while not (found := claim()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


class Prober:
    """A running prober."""

    def __init__(self, port: int, config: Path, child: subprocess.Popen, log: Path) -> None:
        self.port = port
        self.config = config
        self.child = child
        self.log = log

    def get(self, path: str, timeout: float | None = None) -> tuple[int, str]:
        """Status and text of an answer; `timeout` is what Prometheus would give it."""
        headers = {"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)} if timeout else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def values(self, path: str, timeout: float | None = None) -> dict[tuple[str, str], float]:
        """Values of a page by series and instance."""
        status, text = self.get(path, timeout)
        assert status == 200, text
        return {
            (sample.name, sample.labels.get("instance", "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def is_there(self) -> bool:
        try:
            return self.get("/-/healthy")[0] == 200
        except OSError:
            return False


def check(target: str, module: str = "tcp", group: int = 1, **labels: str) -> dict:
    """An entry of the plan."""
    return {
        "module": module,
        "target": target,
        "instance": target,
        "tier": group,
        "labels": {"instance": target, "module": module, **labels},
    }


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Prober]]:
    """Starts probers: `start([check(...)], modules={...})`."""
    running: list[subprocess.Popen] = []

    def begin(checks: list[dict], modules: dict | None = None, **more: object) -> Prober:
        port = free_port()
        config, log = tmp_path / f"prober-{port}.json", tmp_path / f"prober-{port}.log"
        write(config, port, checks, modules, **more)
        with log.open("wb") as file:
            child = subprocess.Popen(
                [sys.executable, "-m", "hisops.prober", "--config", str(config)],
                stderr=file,
                cwd=ROOT,
            )
        running.append(child)
        prober = Prober(port, config, child, log)
        wait_for(lambda: prober.is_there() or child.poll() is not None)
        assert child.poll() is None, log.read_text()
        return prober

    yield begin
    for child in running:
        child.kill()
        child.wait()


def write(
    config: Path, port: int, checks: list[dict], modules: dict | None = None, **more: object
) -> None:
    """Write a configuration as the command line does: whole."""
    plan = {"modules": modules or {}, "checks": checks}
    text = json.dumps({"listen": {"listen": f"127.0.0.1:{port}"}, "plan": plan, **more})
    half = config.with_suffix(".half")
    half.write_text(text)
    half.rename(config)


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=1024)) as opened:
        yield opened.getsockname()[1]
