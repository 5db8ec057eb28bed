"""`hisops top --once` over a real Prometheus, and over none."""

import contextlib
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from hisops.cli.main import run
from tests.real.monitor.conftest import IO, free_port, value, wait_for

_SYSTEMS = "his: {name: {zh: 库, en: DB}, class: C1, owner: dba, hosts: [db1]}\n"
_ONCALL = "fallback: dba\nteams: {dba: {start: 2026-01-05, people: [li]}}\n"
_TEAMS = """\
people: {li: {name: Li, email: li@hospital.example}}
teams: {dba: {name: {zh: 组, en: DBA}, lead: li, members: [li]}}
"""


@pytest.fixture
def top(site, tmp_path, capsys):
    """What `hisops top` prints for a site at an address of Prometheus."""

    def ask(listen: str, *words: str) -> str:
        write(tmp_path, listen)
        run(["--site", str(tmp_path), "top", *words])
        return capsys.readouterr().out

    return ask


def write(root, listen: str) -> None:
    """A site with one host."""
    files = {
        "site.yml": f'name: T\nprometheus: {{listen: "{listen}"}}\n',
        "inventory/hosts.yml": "all: {hosts: {db1: {ansible_host: 127.0.0.1}}}\n",
        "inventory/systems.yml": _SYSTEMS,
        "inventory/teams.yml": _TEAMS,
        "alerts/oncall.yml": _ONCALL,
    }
    for name, text in files.items():
        IO.write(f"{root}/{name}", text)


@contextlib.contextmanager
def terminal(root):
    """`hisops top` on a terminal of 80 by 24: its screen to read and its keys to press."""
    screen, keys = pty.openpty()
    fcntl.ioctl(keys, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "hisops", "--site", str(root), "top", "--every", "1"],
        stdin=keys,
        stdout=keys,
        stderr=keys,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    try:
        yield screen, child
    finally:
        child.kill()
        child.wait()
        os.close(screen)
        os.close(keys)


def seen(screen: int, word: str) -> bool:
    """Whether a word comes up on the screen before the deadline."""
    text, end = b"", time.monotonic() + 40
    while word not in text.decode(errors="replace") and time.monotonic() < end:
        if select.select([screen], [], [], 0.2)[0]:
            text += os.read(screen, 65536)
    return word in text.decode(errors="replace")


def test_a_frame_has_the_alerts_systems_and_hosts_in_plain_text(top, site):
    wait_for(lambda: value(site, "node_memory_MemTotal_bytes"))

    text = top(site.settings.prometheus.listen, "--once")

    (system,) = [line for line in text.splitlines() if " his " in line and "库" in line]
    (host,) = [line for line in text.splitlines() if line.split()[2:4] == ["db1", "his"]]
    assert "1/1" in system
    assert "%" in host
    assert "data 0 s old" in text
    assert "\x1b" not in text


def test_without_prometheus_all_is_unknown_and_the_cause_is_told(top):
    text = top(f"127.0.0.1:{free_port()}", "--once")

    assert "? unknown" in text.splitlines()[0]
    assert "no answer" in text.splitlines()[0]
    assert "ok" not in text


def test_the_scene_is_data_too(top, site):
    scene = json.loads(top(site.settings.prometheus.listen, "--json"))

    assert [host["host"] for host in scene["hosts"]] == ["db1"]
    assert scene["systems"][0]["hosts_up"] == 1


def test_on_a_terminal_it_shows_the_site_and_leaves_by_q(site, tmp_path):
    write(tmp_path, site.settings.prometheus.listen)

    with terminal(tmp_path) as (screen, child):
        assert seen(screen, "1/1")
        os.write(screen, b"2")
        assert seen(screen, "db1")
        os.write(screen, b"q")
        assert seen(screen, "[?1049l")  # the terminal's own screen is back
        wait_for(lambda: child.poll() is not None)
        assert child.returncode == 0
