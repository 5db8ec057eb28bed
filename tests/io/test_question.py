"""Many hosts through one socket: datagrams and echoes."""

import socket
import threading
from contextlib import closing, contextmanager

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.net import Question
from hisops.io.net import Network, zone_guard


@contextmanager
def answering(host="127.0.0.1", skip=0):
    """A port that answers a datagram in capitals, all but the first `skip`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as link:
        link.bind((host, 0))
        link.settimeout(5)

        def body():
            count = 0
            try:
                while True:
                    data, sender = link.recvfrom(2048)
                    count += 1
                    if count > skip:
                        link.sendto(b"noise", sender)
                        link.sendto(data.upper(), sender)
            except (TimeoutError, OSError):
                return

        threading.Thread(target=body, daemon=True).start()
        yield link.getsockname()[1]


def right(question, answer):
    return answer == question.upper()


def test_each_question_gets_its_own_answer(loop, net):
    with answering() as port, answering("::1") as other:
        questions = [
            Question("127.0.0.1", port, b"one"),
            Question("127.0.0.1", port, b"two"),
            Question("0:0:0:0:0:0:0:1", other, b"three"),
        ]
        heard = loop.run(net.ask_all(questions, right, timeout=5))

    assert [one.data for one in heard] == [b"ONE", b"TWO", b"THREE"]
    assert all(0 < one.seconds < 5 and not one.problem for one in heard)


def test_a_silent_host_holds_up_nobody_and_is_asked_again(loop, net):
    with answering() as port, answering(skip=1) as late, answering(skip=99) as silent:
        questions = [Question("127.0.0.1", p, b"x") for p in (port, late, silent)]
        heard = loop.run(net.ask_all(questions, right, timeout=1, tries=2))

    assert [one.data for one in heard] == [b"X", b"X", b""]
    assert heard[0].seconds < 1
    assert heard[2].problem == "no answer"


def test_a_closed_port_is_told_for_the_right_host(loop, net):
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as link:
        link.bind(("127.0.0.1", 0))
        closed = link.getsockname()[1]
    with answering() as port:
        questions = [Question("127.0.0.1", p, b"x") for p in (closed, port, closed)]
        heard = loop.run(net.ask_all(questions, right, timeout=5))

    assert [one.problem for one in heard] == ["Connection refused", "", "Connection refused"]
    assert heard[0].seconds < 5


def test_a_thousand_hosts_are_asked_without_loss(loop, net):
    addresses = [f"127.83.{n // 250}.{n % 250 + 1}" for n in range(1000)]

    echoes = loop.run(net.ping_all(addresses, timeout=10))

    assert all(echoes)


def test_echoes_of_both_families_come_back(loop, net):
    echoes = loop.run(net.ping_all(["127.0.0.1", "::1", "127.0.0.2"], timeout=5, ttl=9))

    assert [bool(echo) for echo in echoes] == [True, True, True]


@pytest.mark.parametrize("verb", ["ping_all", "ask_all"])
def test_one_address_of_a_zone_left_alone_stops_a_batch(loop, io, verb):
    net = Network(loop, io, zone_guard(["127.66.0.0/16"], ()))
    work = {
        "ping_all": lambda: net.ping_all(["127.0.0.1", "127.66.0.1"], timeout=1),
        "ask_all": lambda: net.ask_all([Question("127.66.0.1", 9, b"x")], right, timeout=1),
    }
    with closing(net), pytest.raises(OpsError) as problem:
        loop.run(work[verb]())

    assert problem.value.code is Exit.REFUSED
