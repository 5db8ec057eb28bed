"""What arrived is listed and shown, whatever its form."""

import pytest

from hisops.alerting import inbox
from hisops.core.errors import OpsError

MAIL = "To: li@x\r\nSubject: =?utf-8?b?5ZGK6K2m?= 1\r\n\r\nhello\r\n"


@pytest.fixture
def io(io):
    io.write("/in/20260105T080000.000001-mail-aaaaaa.eml", MAIL)
    io.write("/in/20260105T080001.000001-webhook-bbbbbb.json", '{"title":"t","to":"Li"}')
    io.write("/in/20260105T080002.000001-webhook-cccccc.json", "no json")
    return io


def test_lists_mails_and_webhooks_oldest_first(io):
    found = inbox.list_items(io, "/in")

    assert [(item.way, item.to, item.subject) for item in found] == [
        ("mail", "li@x", "告警 1"),
        ("webhook", "Li", "t"),
        ("webhook", "", ""),
    ]


def test_shows_a_mail_as_people_read_it(io):
    text = inbox.show(io, "/in", "20260105T080000.000001-mail-aaaaaa.eml")

    assert "Subject: 告警 1" in text
    assert "hello" in text


def test_shows_the_newest_even_when_it_is_no_json(io):
    assert inbox.show(io, "/in", "last") == "no json"


@pytest.mark.parametrize("name", ["x", "../site.yml"])
def test_what_is_not_there_cannot_be_shown(io, name):
    with pytest.raises(OpsError, match="no item"):
        inbox.show(io, "/in", name)


@pytest.mark.parametrize(
    "mail",
    [
        'To: "\r\nSubject: x\r\n\r\nhello\r\n',
        "To: a@[\r\nMessage-ID: <\r\nSubject: x\r\n\r\nhello\r\n",
        "Content-Type: text/plain; charset=foo\r\nSubject: x\r\n\r\nhello\r\n",
        'Content-Type: text/plain; charset="\r\nSubject: =?foo?b?eA?=\r\n\r\nhello\r\n',
        "Subject: =?utf-8?b?x?=\r\nTo: \xff\r\n\r\nhello",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n",
    ],
)
def test_a_broken_mail_is_listed_and_shown_all_the_same(io, mail):
    io.write("/in/20260105T080009.000001-mail-dddddd.eml", mail.encode("latin-1"))

    assert len(inbox.list_items(io, "/in")) == 4
    assert "hello" in inbox.show(io, "/in", "last")


def test_a_file_of_somebody_else_is_no_item(io):
    io.write("/in/note.json", "{}")
    io.write("/in/a-b-c.eml", "")

    assert len(inbox.list_items(io, "/in")) == 3
