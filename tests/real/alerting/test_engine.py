"""The real engine: alerts in over HTTP, pages out by mail and webhook, people by the command line."""

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.real.alerting.harness import Site, alert, wait_for


def resolved(posted: dict) -> dict:
    """The same alert after its end."""
    return posted | {"endsAt": datetime.now(UTC).isoformat()}


def settled(site) -> bool:
    """Whether nothing waits to be sent."""
    return b"hisops_engine_outbox_waiting 0\n" in site.get("/metrics")[1]


def state(site, number=1) -> str:
    """State of an incident."""
    done = site.run("incident", "show", str(number), "--json")
    return json.loads(done.stdout)["state"]


def test_a_page_arrives_by_mail_and_webhook_and_its_end_follows(site, mail, web):
    site.start()

    assert site.post(alert()) == 200
    wait_for(lambda: mail.about("FIRING") and web.about("FIRING"), 5)
    assert site.post(resolved(alert())) == 200
    wait_for(lambda: mail.about("RESOLVED") and web.about("RESOLVED"), 5)

    assert len(mail.mails) == len(web.posts) == 2
    assert "runbooks/server-down.md" in mail.mails[0][1].get_content()
    assert json.loads(site.run("journal", "verify", "--json").stdout)["whole"]


def test_an_acknowledged_or_silenced_alert_does_not_page_again(site, mail):
    site.start()
    site.post(alert())
    wait_for(lambda: mail.about("FIRING"), 5)

    assert site.run("incident", "ack", "1").returncode == 0
    silenced = site.run("silence", "add", "instance=his-2", "--for", "1h", "--reason", "change 1")
    assert silenced.returncode == 0, silenced.stderr
    site.post(alert(), alert(instance="his-2"))
    site.post(alert(), alert(instance="his-2"), alert(instance="his-3"))
    wait_for(lambda: [s for s in mail.about("FIRING") if s] and len(mail.mails) == 2, 5)
    wait_for(lambda: settled(site))

    assert "his-3" in str(mail.mails[1][1]["Subject"])
    assert state(site, 1) == "acked"
    assert state(site, 2) == "silenced"
    id_ = json.loads(site.run("silence", "list", "--json").stdout)[0]["id"]
    assert site.run("silence", "expire", id_).returncode == 0
    wait_for(lambda: [m for _, m in mail.mails if "his-2" in str(m["Subject"])], 5)


def test_commands_work_while_the_engine_is_down(site, mail):
    child = site.start()
    site.post(alert())
    wait_for(lambda: mail.about("FIRING"), 5)
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0

    assert site.run("incident", "ack", "1").returncode == 0
    assert site.run("oncall", "now").returncode == 0
    check = site.run("engine", "check", "--json")

    assert state(site) == "acked"
    assert check.returncode == 4
    assert not next(r for r in json.loads(check.stdout) if r["what"] == "engine")["good"]


def test_a_test_page_tells_what_became_of_each_channel(site, web):
    site.start()
    web.status, web.body = 404, b"no such robot"

    done = site.run("oncall", "test-page", "li", "--json")

    assert done.returncode == 1
    assert {row["channel"]: row["state"] for row in json.loads(done.stdout)} == {
        "smtp": "accepted",
        "webhook": "failed",
    }


@pytest.mark.parametrize("answer", ["451 greylisted", "550 no such user"])
def test_when_the_mail_server_refuses_the_webhook_still_tells(site, mail, web, answer):
    mail.answer = answer
    site.start()
    site.post(alert(severity="warning"))

    wait_for(lambda: web.about("FIRING"), 10)

    assert mail.mails == []
    assert len(web.posts) == 1


def test_a_greylisted_mail_is_taken_at_a_later_try(site, mail):
    mail.answer = "451 greylisted"
    site.start()
    site.post(alert())
    wait_for(lambda: b'sends_total{result="retry"} 1' in site.get("/metrics")[1], 5)
    mail.answer = "250 taken"

    wait_for(lambda: mail.about("FIRING"), 10)

    assert len(mail.mails) == 1


def test_a_hung_mail_server_holds_up_nobody_else(site, mail, web):
    mail.hangs = True
    site.start()
    begin = time.monotonic()
    site.post(alert())
    wait_for(lambda: web.about("FIRING"), 3)
    site.post(alert(instance="his-2", severity="warning"))

    wait_for(lambda: len(web.posts) == 2, 20)

    assert time.monotonic() - begin < 20


def test_an_error_under_http_200_is_no_delivery(site, mail, web):
    web.body = b'{"errcode":310000,"errmsg":"keywords not in content"}'
    site.start()
    site.post(alert())
    wait_for(lambda: mail.about("FIRING"), 5)
    wait_for(lambda: settled(site))

    done = site.run("incident", "show", "1", "--json")

    rows = json.loads(done.stdout)["messages"]
    assert {row["channel"]: row["state"] for row in rows} == {
        "smtp": "accepted",
        "webhook": "failed",
    }


@pytest.mark.parametrize("body", [b"", b"{", b'{"labels":{}}', b'[{"labels":{"a":1}}]'])
def test_a_body_that_can_never_be_right_is_refused_for_good(site, body):
    site.start()

    assert site.send("POST", "/api/v2/alerts", body or b" ")[0] == 400


def test_a_page_in_somebodys_browser_cannot_post(site):
    site.start()
    done = subprocess.run(
        [
            *("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-d", "[]"),
            f"http://127.0.0.1:{site.port}/api/v2/alerts",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "415"


def test_a_request_of_32_megabytes_is_taken(site):
    site.start()
    posted = [alert(instance=f"his-{n}", severity="info", note="x" * 3000) for n in range(10_300)]
    assert len(json.dumps(posted)) > 32 * 1024 * 1024

    assert site.post(*posted) == 200


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_is_503_and_the_alert_is_taken_later(tmp_path, mail, web):
    state = tmp_path / "small"
    state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(state)], check=True)
    site = Site(tmp_path / "site", mail, web, str(state))
    try:
        site.start()
        with (state / "filler").open("wb") as filler:
            while True:
                try:
                    os.write(filler.fileno(), b"x" * 4096)
                except OSError:
                    break
        answers = {site.post(alert(instance=f"his-{n}", note="x" * 9000)) for n in range(30)}
        assert 503 in answers
        assert answers <= {200, 503}
        (state / "filler").unlink()

        site.post_until_taken(alert(instance="his-late"))

        wait_for(lambda: [m for _, m in mail.mails if "his-late" in str(m["Subject"])], 10)
    finally:
        site.stop()
        subprocess.run(["umount", "-l", str(state)], check=True)


def test_clients_of_alertmanager_can_list_and_silence(site):
    site.start()
    site.post(alert())
    body = {
        "matchers": [{"name": "instance", "value": "his-1", "isRegex": False, "isEqual": True}],
        "startsAt": "2026-01-05T08:00:00Z",
        "endsAt": "2099-01-05T08:00:00Z",
        "createdBy": "li",
        "comment": "change 1",
    }

    status, answer = site.send("POST", "/api/v2/silences", json.dumps(body).encode())
    id_ = json.loads(answer)["silenceID"]
    (found,) = json.loads(site.get("/api/v2/alerts")[1])

    assert status == 200
    assert found["status"] == {"state": "suppressed", "silencedBy": [id_], "inhibitedBy": []}
    assert json.loads(site.get("/api/v2/silences")[1])[0]["status"]["state"] == "active"
    assert site.send("DELETE", f"/api/v2/silence/{id_}", b"")[0] == 200
    assert site.send("DELETE", f"/api/v2/silence/{id_}", b"")[0] == 404
    assert json.loads(site.get("/api/v2/status")[1])["cluster"]["status"] == "disabled"


def test_the_engine_stays_below_60_megabytes(site, mail):
    child = site.start()
    for number in range(20):
        site.post(alert(instance=f"his-{number}"))
    wait_for(lambda: len(mail.mails) == 20)

    status = Path(f"/proc/{child.pid}/status").read_text()

    resident = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    print(f"engine: {resident:.1f} MB resident after 20 incidents")
    assert resident <= 60
