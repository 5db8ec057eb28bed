"""A connection comes in time or not at all, also when nobody answers for names."""

import shutil
import socket
import subprocess
import sys
import time

import pytest

from hisops.io.connection import connect

# In namespaces of its own: a name server at 127.0.0.1 that hears and never answers.
SCRIPT = """
import socket, time
silent = socket.socket(type=socket.SOCK_DGRAM)
silent.bind(("127.0.0.1", 53))
from hisops.core.errors import OpsError
from hisops.core.io import MailServer
from hisops.io.local import Local

def tell(what, call):
    begun = time.monotonic()
    try:
        answer = call()
    except OpsError as error:
        answer = int(error.code)
    print(what, answer, "in time" if time.monotonic() - begun < 3 else "late")

io = Local()
tell("http", lambda: io.http("GET", "http://his.example/", timeout=0.5))
tell("mail", lambda: io.mail(MailServer("his.example:25"), "a@x", "b@x", b"", timeout=0.5))
tell("smtps", lambda: io.mail(MailServer("his.example:25", "tls"), "a@x", "b@x", b"", timeout=0.5))
tell("tcp", lambda: io.connects("his.example:1", timeout=0.5))
silent.setblocking(False)
print("asked:", b"example" in silent.recv(4096))
"""


def test_a_name_server_that_never_answers_holds_nobody_up(tmp_path):
    if not shutil.which("ip") or subprocess.run(["unshare", "-mn", "true"], check=False).returncode:
        pytest.skip("making namespaces needs root, and ip")
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:2\n")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
    (tmp_path / "script.py").write_text(SCRIPT)
    binds = [
        f"mount --bind {tmp_path}/{name} /etc/{name}" for name in ("resolv.conf", "nsswitch.conf")
    ]
    steps = " && ".join(["ip link set lo up", *binds, f"{sys.executable} {tmp_path}/script.py"])

    done = subprocess.run(
        ["unshare", "-mn", "sh", "-c", steps], capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines() == [
        "http 13 in time",
        "mail 13 in time",
        "smtps 13 in time",
        "tcp False in time",
        "asked: True",
    ], done.stderr


def test_a_connection_carries_bytes_and_keeps_the_time_out():
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        connect("127.0.0.1", listener.getsockname()[1], 5.0) as near,
        listener.accept()[0] as far,
    ):
        near.sendall(b"x")

        assert far.recv(1) == b"x"
        assert near.gettimeout() == 5.0


@pytest.mark.parametrize("host", ["127.0.0.1", "x" * 70 + ".example"])
def test_what_cannot_be_reached_raises_what_the_socket_raises(host):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises((OSError, UnicodeError)):
        connect(host, port, 5.0)


def test_a_connection_that_comes_late_is_closed(monkeypatch):
    made = []

    def slowly(_address, _seconds):
        time.sleep(0.2)
        made.append(socket.socket())
        return made[0]

    monkeypatch.setattr(socket, "create_connection", slowly)

    with pytest.raises(TimeoutError):
        connect("his", 1, 0.01)

    end = time.monotonic() + 10
    while not (made and made[0].fileno() == -1):
        assert time.monotonic() < end, "it stays open"
        time.sleep(0.01)
