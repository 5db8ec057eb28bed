"""Mail: the server's answer decides, the password stays out of errors."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from msgspec.structs import replace

from hisops.alerting.note import Note, Undelivered
from hisops.alerting.notifiers.smtp import Smtp, compose
from hisops.core.errors import Exit, OpsError
from hisops.core.model import Person
from hisops.core.text import Secret

NOTE = Note(
    id="00ff",
    kind="page",
    to=Person(name="李娜", email="li@hospital.example"),
    subject="[告警] his-1\n无应答",
    text="his-1 无应答\n",
    severity="critical",
    incident=7,
)
UNIT = Smtp(server="mail:25", sender="hisops@hospital.example")


def test_a_taken_mail_gives_its_message_id(io):
    io.takes_mail(250, "queued")

    assert UNIT.send(io, NOTE) == "<00ff@hospital.example>"


def test_the_mail_says_all_of_the_note(io):
    io.takes_mail()
    UNIT.send(io, NOTE)

    server, sender, to, data = io.mails[0]
    mail = message_from_bytes(data, policy=default)
    assert (server.address, sender, to) == ("mail:25", "hisops@hospital.example", NOTE.to.email)
    assert mail["Subject"] == "[告警] his-1 无应答"
    assert mail["Message-ID"] == "<00ff@hospital.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body(("plain",)).get_content().splitlines() == NOTE.text.splitlines()
    assert data.isascii()


@pytest.mark.parametrize(
    "subject",
    [
        "down =?utf-8?q?a=0d=0aBcc:_mallory=40example.org?= now",
        "==?utf-8?q?=0aBcc:_m?= 告警",
        "down\r\nBcc: m",
        "down\u2028Bcc: m \0 \x1b[2J",
    ],
)
def test_no_text_of_an_alert_adds_a_header(subject):
    head = (
        compose(replace(NOTE, subject=subject), "a@x", "now").as_bytes().partition(b"\r\n\r\n")[0]
    )

    names = [line.partition(b":")[0] for line in re.split(rb"[\r\n]+(?![ \t])", head)]
    assert b"Subject" in names
    assert b"Bcc" not in names
    assert not set(head) & {0, 0x1B}


@pytest.mark.parametrize(
    ("code", "permanent"), [(421, False), (451, False), (550, True), (535, True)]
)
def test_the_code_decides_whether_to_try_again(io, code, permanent):
    io.takes_mail(code, "no")

    with pytest.raises(Undelivered, match=str(code)) as problem:
        UNIT.send(io, NOTE)

    assert problem.value.permanent is permanent


def test_silence_may_pass(io):
    with pytest.raises(Undelivered, match="no answer") as problem:
        UNIT.send(io, NOTE)

    assert not problem.value.permanent


def test_a_missing_password_names_the_reference_only(io):
    with pytest.raises(Undelivered, match="credential:mail"):
        Smtp(user="u", password=Secret("credential:mail")).send(io, NOTE)


def test_the_password_goes_to_the_server_and_nowhere_else(io):
    io.secrets["credential:mail"] = "hunter22"
    io.takes_mail(535, "authentication failed")

    with pytest.raises(Undelivered) as problem:
        Smtp(user="u", password=Secret("credential:mail")).send(io, NOTE)

    assert io.mails[0][0].password == "hunter22"
    assert "hunter22" not in str(problem.value)


def test_undelivered_is_an_error_that_a_user_can_cause():
    assert isinstance(Undelivered("x", permanent=True), OpsError)
    assert Undelivered("x", permanent=True).code is Exit.FAILED
