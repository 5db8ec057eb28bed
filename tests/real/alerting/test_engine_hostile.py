"""What hostile clients send costs them an answer, never the pages of others."""

import json
import sqlite3
from urllib.parse import quote

import pytest

from tests.real.alerting.harness import alert, wait_for


def silence(**more) -> bytes:
    """The body of a silence of one host."""
    whole = {
        "matchers": [{"name": "instance", "value": "his-1", "isRegex": False, "isEqual": True}],
        "startsAt": "2026-01-05T08:00:00Z",
        "endsAt": "2099-01-05T08:00:00Z",
        "createdBy": "li",
        "comment": "change 1",
    }
    return json.dumps(whole | more).encode()


def test_a_broken_expression_in_a_filter_is_a_mistake_of_the_client(site):
    site.start()

    status, body = site.get(f"/api/v2/alerts?filter={quote('instance=~(')}")

    assert status == 400
    assert b"not a regular expression" in body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (silence(endsAt="9999-12-31T23:59:59"), 200),
        (silence(endsAt="0001-01-01T00:00:00Z"), 400),
        (silence(startsAt="0001-01-01T00:00:00"), 200),
        (silence(matchers=[]), 400),
        (b"\xff", 400),
        (silence(comment="x" * 65 * 1024 * 1024), 413),
    ],
    ids=["far", "past", "unset", "everything", "bytes", "large"],
)
def test_an_absurd_silence_is_answered_and_the_list_still_works(site, body, status):
    site.start()

    assert site.send("POST", "/api/v2/silences", body)[0] == status
    assert site.get("/api/v2/silences")[0] == 200


def test_an_alert_of_the_year_9999_stops_no_page(site, mail):
    site.start()

    assert site.post(alert() | {"startsAt": "9999-12-31T23:59:59Z"}) == 200
    assert site.post(alert(instance="his-2")) == 200

    wait_for(lambda: len(mail.about("FIRING")) == 2, 10)
    assert site.get("/api/v2/alerts")[0] == 200


def test_an_engine_that_can_no_longer_send_ends_so_that_it_is_started_anew(site):
    child = site.start()
    with sqlite3.connect(site.state / "hisops.db", timeout=10) as database:
        database.execute(
            "INSERT INTO outbox (dedupe_key, token, round, kind, person, channel, created_at, due) "
            "VALUES ('x', 'x', 0, 'test', X'ff', 'smtp', 0, 0)"  # no person is made of bytes
        )
    database.close()

    wait_for(lambda: child.poll() is not None, what="the engine's end")
