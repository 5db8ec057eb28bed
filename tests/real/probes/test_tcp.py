"""TCP and UDP probes against peers that talk, lie, hang and refuse."""

import socket
import threading
from contextlib import closing, contextmanager

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.tcp import Step, Tcp
from hisops.monitor.probes.udp import Udp
from hisops.wire.tls import Tls
from tests.real.probes.authority import tls_server
from tests.real.sql.server import free_port


def chat(link):
    link.sendall(b"* hello\r\n220 mail ready\r\n")
    name = link.recv(100).decode().strip().removeprefix("EHLO ")
    link.sendall(f"250 welcome {name}\r\n".encode())
    link.recv(100)


def test_a_dialogue_skips_lines_until_one_matches(peer, probe, series):
    steps = (
        Step(expect=r"^220 (\w+)", send="EHLO ${1}"),
        Step(expect="^250 welcome mail$", send="QUIT"),
    )

    found = probe(Tcp(query_response=steps), f"127.0.0.1:{peer(chat)}")

    assert found.success, found.cause
    assert series(found)["probe_failed_due_to_regex"] == 0


def test_tells_what_was_said_instead(peer, probe, series):
    unit = Tcp(query_response=(Step(expect="^550"),), timeout=Duration(0.4))

    found = probe(unit, f"127.0.0.1:{peer(chat)}")

    assert "it said '220 mail ready', not '^550'" in found.cause
    assert series(found)["probe_failed_due_to_regex"] == 1


def test_an_open_port_is_enough_without_a_dialogue(peer, probe, series):
    found = probe(Tcp(), f"127.0.0.1:{peer(lambda link: link.recv(1))}")

    assert found.success
    assert series(found)['probe_connect_duration_seconds{phase="connect"}'] > 0


def test_a_closed_port_fails(probe):
    assert "refused" in probe(Tcp(), f"127.0.0.1:{free_port()}").cause


def test_a_silent_peer_costs_the_time_out_only(peer, probe, series):
    unit = Tcp(query_response=(Step(expect="x"),), timeout=Duration(0.3))

    found = probe(unit, f"127.0.0.1:{peer(lambda link: link.recv(1))}")

    assert not found.success
    assert series(found)["probe_duration_seconds"] < 3


def test_an_endless_line_ends_early(peer, probe):
    def talk(link):
        while True:
            link.sendall(b"x" * 100_000)

    found = probe(Tcp(query_response=(Step(expect="^220"),)), f"127.0.0.1:{peer(talk)}")

    assert "nothing like" in found.cause


@pytest.mark.parametrize(("name", "cause"), [("localhost", ""), ("127.0.0.1", "mismatch")])
def test_tls_is_verified_against_the_name(place, authority, probe, name, cause):
    pem = authority.issue("tcp")
    with tls_server(pem, place) as port:
        unit = Tcp(tls=True, tls_config=Tls(ca_file=authority.ca_file))
        found = probe(unit, f"{name}:{port}")

    assert found.success is (not cause), found.cause
    assert cause in found.cause


def test_a_bad_expression_is_refused_when_it_is_written():
    with pytest.raises(ValueError, match="no regular expression"):
        Step(expect="(")


@contextmanager
def echo(change):
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as link:
        link.bind(("127.0.0.1", 0))
        link.settimeout(5)

        def body():
            try:
                while True:
                    data, sender = link.recvfrom(2048)
                    if answer := change(data):
                        link.sendto(answer, sender)
            except (TimeoutError, OSError):
                return

        threading.Thread(target=body, daemon=True).start()
        yield link.getsockname()[1]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (bytes.upper, ""),
        (lambda _: b"no", "it said 'no'"),
        (lambda _: b"", "no answer"),
    ],
)
def test_a_datagram_is_answered_as_expected(probe, change, cause):
    with echo(change) as port:
        unit = Udp(send_hex="70696e67", expect="^PING$", timeout=Duration(0.4))
        found = probe(unit, f"127.0.0.1:{port}")

    assert found.success is (not cause)
    assert cause in found.cause


def test_a_closed_udp_port_is_told_at_once(probe):
    assert "refused" in probe(Udp(send="x"), f"127.0.0.1:{free_port()}").cause
