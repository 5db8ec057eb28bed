"""A whole site on this machine, through the command line only: up, pages, status, journal, down."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

HISOPS = (sys.executable, "-m", "hisops")


class Running:
    """A site that `hisops up` started in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "var"

    def call(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        argv = [*HISOPS, "--site", str(self.root), *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str, code: int = 0):
        return json.loads(self.call("--json", *words, code=code).stdout)

    def pid(self, part: str) -> int:
        argv = [sys.executable, "-m", "supervisor.supervisorctl", "-c"]
        argv += [str(self.state / "run" / "supervisord.conf"), "pid", part]
        return int(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)

    def received(self, *words: str) -> list[str]:
        """Notes in the inbox that hold all these words."""
        texts = [
            path.read_text() for path in sorted((self.state / "inbox").glob("*")) if path.is_file()
        ]
        return [text for text in texts if all(word in text for word in words)]


def poll(question, seconds: float = 30.0):
    """The first answer that is true; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.1)
    pytest.fail(f"still no answer after {seconds:g} s")


def free_base() -> int:
    """A port from the kernel with room for a site's ports above it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]), 65000)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    root = tmp_path_factory.mktemp("s") / "site"
    site = Running(root)
    subprocess.run([*HISOPS, "init", str(root), "--port-base", str(free_base())], check=True)
    try:
        site.call("up")
        yield site
    finally:
        site.call("down")


@pytest.mark.timeout(300)
def test_up_ends_with_backups_in_both_places_a_passed_drill_and_audits(running):
    status = running.json("status")

    assert {part["name"]: part["light"] for part in status["parts"]} == dict.fromkeys(
        ("prometheus", "engine", "agent", "inbox", "offsite", "database"), "ok"
    )
    assert {(b["plan"], b["copy"], b["state"]) for b in status["backups"]} >= {
        ("his-db", "local", "done"),
        ("his-db", "offsite", "done"),
    }
    assert [d["passed"] for d in status["drills"] if d["plan"] == "his-db"] == [True]
    assert status["audits"]


@pytest.mark.timeout(300)
def test_a_second_up_changes_nothing(running):
    before = running.json("journal", "list", "--kind", "stack.changed")

    running.call("up")

    assert running.json("journal", "list", "--kind", "stack.changed") == before


@pytest.mark.timeout(180)
def test_a_killed_agent_pages_by_mail_and_webhook_until_it_is_acknowledged(running):
    os.kill(running.pid("agent"), signal.SIGKILL)

    poll(lambda: len(running.received("Agent")) >= 2)

    accepted = running.json("journal", "list", "--kind", "alert.accepted", "--last", "100")
    (incident,) = {e["subject"] for e in accepted if e["data"]["name"].startswith("Agent")}
    running.call("incident", "ack", incident)
    states = {
        e["data"]["state"] for e in running.json("journal", "list", "--kind", "incident.changed")
    }
    assert "acked" in states
    poll(lambda: running.pid("agent"))


@pytest.mark.timeout(180)
def test_a_full_file_system_pages_with_host_mount_and_runbook(running, full_loop):
    host = next(iter(running.json("monitor", "targets")))["instance"]

    (page, *_) = poll(lambda: running.received(str(full_loop), "disk-full"), 90)

    assert host in page


@pytest.mark.timeout(120)
def test_status_is_not_green_when_prometheus_is_frozen(running):
    pid = running.pid("prometheus")
    os.kill(pid, signal.SIGSTOP)
    try:
        status = running.json("status")
    finally:
        os.kill(pid, signal.SIGCONT)

    assert status["alerts"] is None
    assert {system["light"] for system in status["systems"]} == {"unknown"}


def test_the_journal_finds_a_changed_byte(running, tmp_path):
    assert running.json("journal", "verify")["whole"]
    with sqlite3.connect(running.state / "hisops.db") as live:
        copy = sqlite3.connect(tmp_path / "hisops.db")
        live.backup(copy)
    copy.execute("DROP TRIGGER event_is_append_only_update")
    copy.execute("UPDATE event SET actor = actor || 'x' WHERE seq = 1")
    copy.commit()
    copy.close()
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / "site.yml").write_text(f"name: forged\nstate: {tmp_path}\n")
    for folder in ("inventory", "alerts"):
        (forged / folder).symlink_to(running.root / folder)

    verdict = Running(forged).json("journal", "verify", code=1)

    assert verdict["cause"] == "entry 1 was changed after it was written"


@pytest.fixture
def full_loop(tmp_path):
    """A small ext4 on a loop device, filled to the brim."""
    image, mount = tmp_path / "image", tmp_path / "mount"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(32 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(mount)], check=True)
    try:
        with (mount / "ballast").open("wb") as file:
            try:
                while True:
                    file.write(b"x" * (1 << 20))
                    file.flush()
            except OSError:
                pass
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)
