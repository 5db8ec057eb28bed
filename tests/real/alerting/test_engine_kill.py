"""Killed or stopped at any named point, the engine loses no page and sends at most one extra copy."""

import contextlib
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.real.alerting.harness import alert, wait_for

# Points that an alert passes on its way to a person, each met by the first or second message.
POINTS = [
    f"{point}:{number}"
    for point in (
        "intake-before-commit",
        "intake-after-commit",
        "claim-before-commit",
        "claim-after-commit",
        "send-before",
        "send-after",
        "mark-before-commit",
        "mark-after-commit",
    )
    for number in (1, 2)
]


def told(sink) -> list[str]:
    """Ids of all pages of a sink."""
    return sink.about("FIRING")


@pytest.mark.parametrize("kill", POINTS)
def test_no_page_is_lost_and_at_most_one_is_repeated(site, mail, web, kill):
    child = site.start(kill=kill)
    hosts = ("his-1", "his-2")
    answers = {}
    for host in hosts:
        try:
            answers[host] = site.post(alert(instance=host))
        except OSError:
            break
    wait_for(lambda: child.poll() is not None, what=f"the kill at {kill}")
    assert child.returncode == -signal.SIGKILL
    begin = time.monotonic()
    site.start()

    for host in hosts:  # Prometheus sends again what nobody answered with 200
        if answers.get(host) != 200:
            site.post_until_taken(alert(instance=host))
    for sink in (mail, web):
        wait_for(lambda sink=sink: len(set(told(sink))) == len(hosts), 15)
    print(f"{kill}: all pages out {time.monotonic() - begin:.1f} s after the restart")
    wait_for(lambda: b"outbox_waiting 0\n" in site.get("/metrics")[1], 15)

    copies = [told(sink).count(id_) for sink in (mail, web) for id_ in told(sink)]
    assert max(copies) <= 2, "a page was sent more than once and once again for the kill"
    assert site.run("journal", "verify").returncode == 0


def test_the_order_mark_then_send_would_lose_the_page(site, mail):
    """The twin of the test above: it does see a page that is lost."""
    child = site.start(kill="claim-after-commit:1")
    with contextlib.suppress(OSError):
        site.post(alert(severity="warning"))
    wait_for(lambda: child.poll() is not None, what="the kill")
    change(site, "UPDATE outbox SET state = 'accepted'")
    site.start()
    site.post_until_taken(alert(severity="warning"))
    site.post_until_taken(alert(instance="his-2", severity="warning"))
    wait_for(lambda: told(mail))

    assert len(told(mail)) == 1


def test_a_repeated_page_is_killed_in_time_too(site, mail):
    child = site.start()
    site.post(alert())
    wait_for(lambda: told(mail))
    child.kill()
    child.wait()
    child = site.start(kill="nag-before-commit:1")
    change(site, "UPDATE incident SET next_at = 1")
    wait_for(lambda: child.poll() is not None, what="the kill")
    site.start()

    wait_for(lambda: len(told(mail)) == 2, 10)


def change(site, sql: str) -> None:
    """Change the store behind the engine's back."""
    with sqlite3.connect(site.state / "hisops.db", timeout=10) as database:
        database.execute(sql)
    database.close()


@pytest.mark.parametrize(("point", "copies"), [("send-before", 1), ("send-after", 2)])
def test_a_stopped_engine_that_wakes_up_overwrites_nothing(site, mail, tmp_path, point, copies):
    hung = site.start(kill=f"{point}:1:STOP")
    with contextlib.suppress(TimeoutError):  # it may be stopped before it can answer
        site.post(alert(severity="warning"), timeout=2)
    wait_for(lambda: is_stopped(hung.pid), what="the stop")
    other = tmp_path / "other"
    site.start(folder=other, port=site.write(other))

    wait_for(lambda: len(told(mail)) == copies, 10)
    wait_for(lambda: "accepted" in rows(site))
    before = rows(site)
    os.kill(hung.pid, signal.SIGCONT)
    wait_for(site.is_ready, what="the woken engine")
    wait_for(lambda: "late" in site.run("incident", "timeline", "1").stdout, 10)

    assert len(told(mail)) == copies
    assert len(set(told(mail))) == 1
    assert rows(site) == before
    assert site.run("journal", "verify").returncode == 0


def rows(site) -> str:
    """The messages about the incident, as the store has them."""
    return site.run("incident", "show", "1", "--json").stdout


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped by a signal (proc(5): state T)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
