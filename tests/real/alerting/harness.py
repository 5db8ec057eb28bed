"""A real engine process over a site of its own, with real mail and webhook sinks on loopback."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.smtp import SMTP

ROOT = Path(__file__).resolve().parents[3]
PYTHON = [sys.executable, "-m", "hisops"]


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(claim, seconds=20.0, what="it"):
    """Ask until the claim holds; gives its value."""
    deadline = time.monotonic() + seconds
    while True:
        found = claim()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


class MailSink:
    """A mail server that keeps (time, mail) and answers as it is told."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[tuple[float, object]] = []
        self.answer = "250 taken"
        self.hangs = False
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(self, loop=self._loop, hostname="localhost"), "127.0.0.1", self.port
            )
        )
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        """Keep the mail when the answer is good."""
        if self.hangs:
            await asyncio.sleep(60)
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=default)
            self.mails.append((time.time(), mail))
        return self.answer

    def about(self, word: str) -> list[str]:
        """Message-IDs of the mails whose subject holds a word."""
        return [str(m["Message-ID"]) for _, m in list(self.mails) if word in str(m["Subject"])]

    def close(self) -> None:
        """Stop."""

        async def end():
            self._server.close()
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


class WebSink:
    """A webhook provider that keeps (time, body) and answers as it is told."""

    def __init__(self) -> None:
        self.posts: list[tuple[float, dict]] = []
        self.status, self.body = 200, b'{"ok":true}'
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if sink.status == 200 and b"true" in sink.body:
                    sink.posts.append((time.time(), json.loads(data)))
                self.send_response(sink.status)
                self.send_header("Content-Length", str(len(sink.body)))
                self.end_headers()
                self.wfile.write(sink.body)

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def about(self, word: str) -> list[str]:
        """Ids of the posts whose title holds a word."""
        return [post["id"] for _, post in list(self.posts) if word in post["title"]]

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Site:
    """A site folder with one person, and its engine processes."""

    def __init__(self, folder: Path, mail: MailSink, web: WebSink, state: str = "") -> None:
        self.folder, self.mail, self.web = folder, mail, web
        self.state = Path(state or folder / "var")
        self.children: list[subprocess.Popen] = []
        self.port = self.write(folder)

    def write(self, folder: Path) -> int:
        """Write a site whose engine listens on a port of its own; gives the port."""
        port = free_port()
        (folder / "inventory").mkdir(parents=True, exist_ok=True)
        (folder / "alerts").mkdir(exist_ok=True)
        (folder / "site.yml").write_text(
            f"name: test\nlanguage: en\nstate: {self.state}\n"
            f'engine: {{listen: "127.0.0.1:{port}"}}\n'
            f'mail: {{server: "127.0.0.1:{self.mail.port}", sender: hisops@localhost}}\n'
        )
        (folder / "inventory/hosts.yml").write_text("all: {hosts: {his-1: {}}}\n")
        (folder / "inventory/systems.yml").write_text(
            "his:\n  name: {zh: HIS, en: HIS}\n  class: C1\n  owner: ops\n  hosts: [his-1]\n"
        )
        (folder / "inventory/teams.yml").write_text(
            "people:\n  li: {name: Li, email: li@localhost, webhook: 'credential:li',"
            " channels: [smtp, webhook]}\n"
            "teams:\n  ops: {name: {zh: O, en: O}, lead: li, members: [li]}\n"
        )
        (folder / "alerts/oncall.yml").write_text(
            "fallback: ops\npages: {critical: {channels: all, repeat: 5 min}}\n"
            "teams: {ops: {people: [li]}}\n"
        )
        (self.state / "credentials").mkdir(parents=True, exist_ok=True)
        (self.state / "credentials/li").write_text(f"http://127.0.0.1:{self.web.port}/li")
        return port

    def start(self, *, kill: str = "", folder: Path | None = None, port: int = 0):
        """Run an engine and wait until it is ready; with `kill`, until it is ready or dead."""
        folder, port = folder or self.folder, port or self.port
        child = self.spawn("engine", "run", kill=kill, folder=folder)
        wait_for(lambda: child.poll() is not None or self.is_ready(port), what="the engine's start")
        return child

    def spawn(self, *words: str, kill: str = "", folder: Path | None = None):
        """Run a command in the background; `stop` ends it."""
        child = subprocess.Popen(
            [*PYTHON, "--site", str(folder or self.folder), *words],
            env=os.environ | {"HISOPS_KILL": kill, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        self.children.append(child)
        return child

    def is_ready(self, port: int = 0) -> bool:
        """Whether an engine answers."""
        try:
            return self.get("/-/ready", port)[0] == 200
        except OSError:
            return False

    def get(self, path: str, port: int = 0) -> tuple[int, bytes]:
        """Status and body of a GET."""
        return self.send("GET", path, b"", port)

    def send(
        self, method: str, path: str, body: bytes, port: int = 0, timeout: float = 15
    ) -> tuple[int, bytes]:
        """Status and body of a request with JSON."""
        url = f"http://127.0.0.1:{port or self.port}{path}"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, data=body or None, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def post(self, *alerts: dict, port: int = 0, timeout: float = 15) -> int:
        """Post alerts; gives the status."""
        body = json.dumps(list(alerts)).encode()
        return self.send("POST", "/api/v2/alerts", body, port, timeout)[0]

    def post_until_taken(self, *alerts: dict) -> None:
        """Post as Prometheus does: again, until somebody answers 200."""

        def taken():
            try:
                return self.post(*alerts) == 200
            except OSError:
                return False

        wait_for(taken, what="an engine that takes the alert")

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """Run a command on the site."""
        return subprocess.run(
            [*PYTHON, "--site", str(self.folder), *words],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            timeout=60,
            check=False,
        )

    def stop(self) -> None:
        """End every engine that still runs."""
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
            child.wait(10)


def alert(name="AgentDown", instance="his-1", **more) -> dict:
    """A firing alert as Prometheus posts it."""
    labels = {"alertname": name, "instance": instance, "severity": "critical", "team": "ops"}
    return {
        "labels": labels | {"system": "his"} | more,
        "annotations": {"summary": f"{instance} does not answer", "runbook": "server-down"},
        "startsAt": "2026-01-05T08:00:00.123456789Z",
        "generatorURL": "http://prometheus/graph",
    }
