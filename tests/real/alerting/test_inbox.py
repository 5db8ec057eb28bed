"""The built-in inbox keeps what it is sent, before it says that it has."""

import json
import smtplib
import socket
import urllib.request

import pytest

from tests.real.alerting.harness import free_port, wait_for


def test_mails_and_webhooks_are_on_disk_when_the_sender_hears_so(site):
    mail, web = free_port(), free_port()
    with (site.folder / "site.yml").open("a") as file:
        file.write(f'inbox: {{mail: "127.0.0.1:{mail}", webhook: "127.0.0.1:{web}"}}\n')
    site.spawn("inbox", "run")
    wait_for(lambda: listens(mail) and listens(web), what="the inbox's start")

    with smtplib.SMTP("127.0.0.1", mail, timeout=5) as client:
        client.sendmail(
            "a@localhost", ["li@localhost"], b"To: li@localhost\r\nSubject: one\r\n\r\nx"
        )
    request = urllib.request.Request(f"http://127.0.0.1:{web}/li", data=b'{"title": "two"}')
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert json.load(answer)["ok"]

    found = json.loads(site.run("inbox", "list", "--json").stdout)
    assert [(item["way"], item["subject"]) for item in found] == [
        ("mail", "one"),
        ("webhook", "two"),
    ]
    assert '"title": "two"' in site.run("inbox", "show").stdout


@pytest.mark.parametrize(
    ("length", "status"), [("-1", b"411"), ("x", b"411"), ("9" * 5000, b"413"), ("9999999", b"413")]
)
def test_a_length_that_cannot_be_right_is_refused_at_once(site, length, status):
    web = free_port()
    with (site.folder / "site.yml").open("a") as file:
        file.write(f'inbox: {{mail: "127.0.0.1:{free_port()}", webhook: "127.0.0.1:{web}"}}\n')
    site.spawn("inbox", "run")
    wait_for(lambda: listens(web), what="the inbox's start")

    with socket.create_connection(("127.0.0.1", web), 5) as link:
        link.sendall(f"POST /li HTTP/1.0\r\nContent-Length: {length}\r\n\r\n".encode())
        answer = link.recv(100)

    assert answer.split()[1] == status


def test_a_taken_port_is_told_in_one_line(site, mail):
    with (site.folder / "site.yml").open("a") as file:
        file.write(
            f'inbox: {{mail: "127.0.0.1:{mail.port}", webhook: "127.0.0.1:{free_port()}"}}\n'
        )

    done = site.run("inbox", "run")

    assert done.returncode == 1
    assert "what to do" in done.stderr
    assert "Traceback" not in done.stderr


def listens(port: int) -> bool:
    """Whether somebody accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
