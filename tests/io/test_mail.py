"""Mail and HTTP end in time, whatever the other side does, and say what it answered."""

import contextlib
import socket
import threading
import time

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.io import MailServer
from hisops.io.local import Local

MESSAGE = b"Subject: x\r\n\r\ny\r\n"


@contextlib.contextmanager
def talking(*answers: bytes, drip: bool = False):
    """A server that gives one answer per line it gets; with `drip` a byte every 0.1 s."""
    heard: list[bytes] = []
    end = threading.Event()

    def talk(link: socket.socket) -> None:
        with link, contextlib.suppress(OSError):
            lines = link.makefile("rb")
            for number, answer in enumerate(answers):
                if number:
                    heard.append(lines.readline())
                    while number == len(answers) - 1 and heard[-1].strip() not in (b".", b""):
                        heard.append(lines.readline())
                for byte in answer if drip else ():
                    link.sendall(bytes([byte]))
                    if end.wait(0.1):
                        return
                link.sendall(b"" if drip else answer)
            end.wait(10)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                talk(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", heard
        finally:
            end.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def post(address: str, timeout: float = 2.0):
    """Hand a mail over."""
    return Local().mail(MailServer(address), "a@x", "b@x", MESSAGE, timeout=timeout)


GOOD = (
    b"220 hi\r\n",
    b"250 hello\r\n",
    b"250 ok\r\n",
    b"250 ok\r\n",
    b"354 go\r\n",
    b"250 queued\r\n",
)


def test_a_taken_mail_gives_the_servers_last_words():
    with talking(*GOOD) as (address, heard):
        assert post(address) == (250, "queued")

    assert b"rcpt TO:<b@x>\r\n" in heard


def test_a_recipient_who_moved_gets_the_message_all_the_same():
    answers = (*GOOD[:3], b"251 user not local, will forward\r\n", *GOOD[4:])
    with talking(*answers) as (address, heard):
        assert post(address) == (250, "queued")

    assert b"data\r\n" in heard


@pytest.mark.parametrize("greeting", [b"250 hi\r\n", b"299 hi\r\n"])
def test_a_wrong_greeting_is_never_taken_for_a_taken_mail(greeting):
    with talking(greeting, b"") as (address, _):
        assert post(address).code == 554


def test_an_address_that_no_command_can_hold_is_an_error_in_one_line():
    with talking(*GOOD) as (address, heard), pytest.raises(OpsError, match="cannot be sent"):
        Local().mail(MailServer(address), "a@x", "李@x", MESSAGE, timeout=2)

    assert b"data\r\n" not in heard


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((b"421 busy\r\n",), 421),
        ((*GOOD[:2], b"452 full\r\n"), 452),
        ((*GOOD[:3], b"550 no such user\r\n"), 550),
        ((*GOOD[:4], b"554 no\r\n"), 554),
        ((*GOOD[:5], b"451 later\r\n"), 451),
    ],
)
def test_a_refusal_gives_its_code_wherever_it_comes(answers, code):
    if len(answers) < len(GOOD):
        answers = (*answers, b"")
    with talking(*answers) as (address, _):
        assert post(address).code == code


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"

    with pytest.raises(OpsError, match="no answer") as problem:
        post(address)

    assert problem.value.code is Exit.UNREACHABLE


@pytest.mark.parametrize("drip", [False, True])
def test_a_server_that_is_silent_or_slow_is_left_in_time(drip):
    with talking(b"220 hello and much more\r\n" * 9 if drip else b"", drip=drip) as (address, _):
        begin = time.monotonic()
        with pytest.raises(OpsError, match="no answer"):
            post(address, timeout=0.5)

    assert time.monotonic() - begin < 1.5


def test_a_web_server_that_drips_is_left_in_time():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nConnection: close\r\n\r\n" + b"x" * 99
    with talking(head, drip=True) as (address, _):
        begin = time.monotonic()
        with pytest.raises(OpsError, match="no answer"):
            Local().http("GET", f"http://{address}/", timeout=0.5)

    assert time.monotonic() - begin < 1.5


def test_a_body_that_drips_is_left_in_time():
    with dripping_body() as address:
        begin = time.monotonic()
        with pytest.raises(OpsError, match="no answer"):
            Local().http("GET", f"http://{address}/", timeout=0.5)

    assert time.monotonic() - begin < 1.5


@contextlib.contextmanager
def dripping_body():
    """A web server whose headers come at once and whose body comes byte by byte."""
    end = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            link, _ = listener.accept()
            with link:
                link.recv(4096)
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n")
                while not end.wait(0.1):
                    link.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        end.set()
        thread.join(5)
