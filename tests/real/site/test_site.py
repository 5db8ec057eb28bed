"""A whole site on this machine, through the command line only: up, pages, status, journal, down."""

import os
import signal
import sqlite3

import pytest

from tests.real.site.running import Running, fill, poll


@pytest.mark.timeout(300)
def test_up_ends_with_backups_in_both_places_a_passed_drill_and_audits(running):
    status = running.json("status")

    assert {part["name"]: part["light"] for part in status["parts"]} == dict.fromkeys(
        ("prometheus", "engine", "agent", "prober", "inbox", "offsite", "database"), "ok"
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
def test_a_full_file_system_pages_with_host_mount_and_runbook(running, small_disk):
    fill(small_disk)
    host = next(iter(running.json("monitor", "targets")))["instance"]

    (page, *_) = poll(lambda: running.received(str(small_disk), "disk-full"), 90)

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
