"""Webhooks: HTTP 200 is not enough, and the address is never told."""

import json

import pytest

from hisops.alerting.note import Note, Undelivered
from hisops.alerting.notifiers.webhook import Webhook
from hisops.core.model import Person
from hisops.core.text import Secret

URL = "https://robot.example/send/tok3n-of-li?key=s3cretvalue"
NOTE = Note(
    id="00ff",
    kind="page",
    to=Person(name="李娜", webhook=Secret("credential:li")),
    subject="s",
    text="t",
    incident=7,
    alerts=({"alertname": "A"},),
)


@pytest.fixture
def io(io):
    io.secrets["credential:li"] = URL
    return io


def test_the_body_says_all_of_the_note(io):
    io.answers("POST", URL, body='{"ok": true, "id": "m-1"}')

    assert Webhook().send(io, NOTE) == "m-1"
    body = json.loads(io.requests[0][2])
    assert body["id"] == "00ff"
    assert body["acknowledge"] == "hisops incident ack 7"
    assert body["alerts"] == [{"alertname": "A"}]


@pytest.mark.parametrize(
    "body",
    ["", "ok", "{}", '{"errcode":0}', '{"code":0}', '{"code":200}', '{"StatusCode":0}', "[1]"],
)
def test_what_providers_say_when_they_took_it(io, body):
    io.answers("POST", URL, body=body)

    Webhook().send(io, NOTE)


# DingTalk, WeCom, Feishu (old and new), Pushplus, Telegram, a generic one: from their API pages.
@pytest.mark.parametrize(
    "body",
    [
        '{"errcode":310000,"errmsg":"keywords not in content"}',
        '{"errcode":45009,"errmsg":"api freq out of limit"}',
        '{"StatusCode":19024,"StatusMessage":"Key Words Not Found"}',
        '{"code":9499,"msg":"Bad Request"}',
        '{"code":903,"msg":"invalid token"}',
        '{"ok":false,"error_code":429}',
        '{"success":false}',
    ],
)
def test_an_error_under_http_200_takes_the_next_channel(io, body):
    io.answers("POST", URL, body=body)

    with pytest.raises(Undelivered, match="HTTP 200") as problem:
        Webhook().send(io, NOTE)

    assert problem.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"), [(500, False), (503, False), (429, False), (404, True), (302, True)]
)
def test_the_status_decides_whether_to_try_again(io, status, permanent):
    io.answers("POST", URL, status=status)

    with pytest.raises(Undelivered, match=str(status)) as problem:
        Webhook().send(io, NOTE)

    assert problem.value.permanent is permanent


def test_no_part_of_the_address_is_ever_told(io):
    causes = []
    io.answers("POST", URL, status=403, body=f"no such robot: {URL}")
    with pytest.raises(Undelivered) as problem:
        Webhook().send(io, NOTE)
    causes.append(problem.value.cause)
    io.secrets["credential:li"] = URL + "x"
    with pytest.raises(Undelivered) as problem:
        Webhook().send(io, NOTE)
    causes.append(problem.value.cause)

    assert "tok3n" not in " ".join(causes)
    assert "s3cret" not in " ".join(causes)


def test_a_missing_secret_takes_the_next_channel(io):
    del io.secrets["credential:li"]

    with pytest.raises(Undelivered, match="credential:li") as problem:
        Webhook().send(io, NOTE)

    assert problem.value.permanent
