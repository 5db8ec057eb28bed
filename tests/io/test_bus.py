"""A bus that is scripted: a silent, a refusing and a damaged one cost their time and no more."""

import socket
import struct
import threading

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.core.machine import Call
from hisops.io.bus import Bus

CALL = Call("/x", "org.x", "Tell")
OK = b"OK 1234\r\n"


def reply(serial: int, text: str) -> bytes:
    body = struct.pack("=I", len(text)) + text.encode() + b"\0"
    rows = b"\5\1u\0" + struct.pack("=I", serial) + b"\10\1g\0\1s\0\0"
    return struct.pack("=cBBBIII", b"l", 2, 1, 1, len(body), 1, 15) + rows + body


SIGNAL = struct.pack("=cBBBIII", b"l", 4, 1, 1, 0, 1, 0)


@pytest.fixture
def scripted(tmp_path):
    """`scripted(connection, ...)`: each a list of what the bus says to AUTH, Hello and Tell."""
    listener = socket.socket(socket.AF_UNIX)
    path = str(tmp_path / "bus")
    listener.bind(path)
    listener.listen()
    ended = threading.Event()

    def serve(connections: tuple[list[bytes], ...]) -> None:
        for words in connections:
            link, _ = listener.accept()
            with link:
                for heard, word in zip((b"AUTH", b"Hello", b"Tell"), words, strict=False):
                    data = b""
                    while heard not in data:
                        data += link.recv(65536)
                    link.sendall(word)
                if len(words) == 2:  # stays silent
                    ended.wait(10)

    threads = []

    def start(*connections: list[bytes], seconds: float = 5.0) -> Bus:
        threads.append(threading.Thread(target=serve, args=(connections,)))
        threads[0].start()
        bus = Bus(path, seconds)
        bus.patience = ended
        return bus

    yield start
    ended.set()
    for thread in threads:
        thread.join(10)
    listener.close()


def test_answers_come_in_the_order_of_the_calls_and_signals_are_passed_over(scripted):
    bus = scripted([OK, SIGNAL + reply(1, ":1.7"), reply(3, "two") + SIGNAL + reply(2, "one")])

    answers = bus.ask("org.x", [CALL, CALL])
    bus.close()

    assert answers == [("one",), ("two",)]


def test_a_bus_that_stays_silent_costs_its_deadline_and_is_asked_anew(scripted):
    bus = scripted([OK, reply(1, ":1.7")], [OK, reply(1, ":1.8"), reply(2, "back")], seconds=0.3)

    with pytest.raises(OpsError, match="D-Bus: "):
        bus.ask("org.x", [CALL])
    bus.patience.set()
    answers = bus.ask("org.x", [CALL])
    bus.close()

    assert answers == [("back",)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([b"REJECTED EXTERNAL\r\n"], "refused: REJECTED"),
        ([b"x" * 5000], "does not end"),
        ([OK, b"HTTP/1.1 400 Bad\r\n\r\n"], "no message"),
        ([OK, reply(1, ":1.7"), SIGNAL], "closed|reset|pipe"),
    ],
)
def test_a_bus_that_is_none_is_one_line_of_cause(scripted, words, told):
    bus = scripted(words)

    with pytest.raises(OpsError, match=told):
        bus.ask("org.x", [CALL])


def test_no_bus_is_missing(tmp_path):
    with pytest.raises(OpsError) as problem:
        Bus(str(tmp_path / "none")).ask("org.x", [CALL])

    assert problem.value.code == Exit.MISSING
