"""The socket that takes datagrams from everybody."""

import socket

import pytest

from hisops.core.errors import OpsError
from hisops.io.receiver import Receiver


def test_a_datagram_is_handed_over_with_its_sender_and_answered(loop):
    taken = []

    def take(data, address):
        taken.append((data, address))
        return data.upper()

    receiver = Receiver(loop, "127.0.0.1:0", take)
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", receiver.port))
        sender.settimeout(10)
        sender.send(b"hello")
        loop.turn(5)
        answer = sender.recv(100)
    receiver.close()

    assert (taken, answer) == ([(b"hello", "127.0.0.1")], b"HELLO")


def test_a_closed_receiver_takes_nothing_more(loop):
    taken = []
    receiver = Receiver(loop, "127.0.0.1:0", lambda data, _: taken.append(data) or b"")
    port = receiver.port

    receiver.close()

    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"late", ("127.0.0.1", port))
        loop.turn(0)
    assert taken == []


def test_an_address_that_is_taken_is_told(loop):
    first = Receiver(loop, "127.0.0.1:0", lambda _data, _address: b"")

    with pytest.raises(OpsError, match="in use"):
        Receiver(loop, f"127.0.0.1:{first.port}", lambda _data, _address: b"")

    first.close()
