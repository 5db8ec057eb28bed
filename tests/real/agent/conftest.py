"""Real agents on loopback, each with its own configuration and always ended."""

import http.client
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hisops.monitor import agent_conf


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Agent:
    """A running agent."""

    def __init__(self, child: subprocess.Popen, port: int, log: Path) -> None:
        self.child = child
        self.port = port
        self.log = log

    def get(
        self,
        path: str = "/metrics",
        *,
        method: str = "GET",
        tls: ssl.SSLContext | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of one request on a connection of its own."""
        if tls:
            link = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=tls)
        else:
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(link):
            link.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            reply = link.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()

    def page(self) -> str:
        """The metrics page."""
        status, _, body = self.get()
        assert status == 200
        return body.decode()

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


def wait_for(port: int, child: subprocess.Popen, seconds: float = 10) -> None:
    """Until something listens there, or the child ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}; the child ended with {child.poll()}")


@pytest.fixture
def start(tmp_path) -> Iterator:
    """Starts agents: `start(users=...)` gives an Agent; options are lines of agent.conf."""
    running: list[subprocess.Popen] = []

    def begin(before: tuple[str, ...] = (), **options: object) -> Agent:
        port = free_port()
        config, log = tmp_path / f"agent-{port}.conf", tmp_path / f"agent-{port}.log"
        lines = {"listen": f"127.0.0.1:{port}"} | options
        config.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        argv = [*before, *agent_conf.command(sys.executable, str(config))]
        with log.open("wb") as errors:
            child = subprocess.Popen(argv, stderr=errors, stdin=subprocess.PIPE)
        running.append(child)
        wait_for(port, child)
        return Agent(child, port, log)

    yield begin
    for child in running:
        child.stdin.close()
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5)


@pytest.fixture
def run(tmp_path):
    """Runs an agent that is expected not to start: exit code and what it says."""

    def once(text: str) -> tuple[int, str]:
        config = tmp_path / "bad.conf"
        config.write_text(text)
        argv = agent_conf.command(sys.executable, str(config))
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
        return done.returncode, done.stderr

    return once
