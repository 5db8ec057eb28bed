"""The network of probes: connections, datagrams, echoes, threads, and zones left alone."""

import contextlib
import socket
import threading
import time
from contextlib import closing

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.net import Network, zone_guard


@pytest.fixture
def server():
    """Listens on loopback; `serve(function)` handles one connection with it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve(talk):
            def body():
                link, _ = listener.accept()
                with closing(link):
                    talk(link)

            threading.Thread(target=body, daemon=True).start()
            return listener.getsockname()[1]

        yield serve


def test_bytes_go_both_ways(loop, net, server):
    port = server(lambda link: link.sendall(link.recv(100).upper() + b"\nrest"))

    async def talk():
        stream = await net.connect("127.0.0.1", port)
        await stream.send(b"hello")
        found = await stream.until(b"\n"), await stream.exactly(4), await stream.receive()
        stream.close()
        return found

    assert loop.run(talk()) == (b"HELLO\n", b"rest", b"")


def test_a_path_is_a_unix_socket(loop, net, tmp_path):
    path = str(tmp_path / "s")

    async def talk():
        stream = await net.connect(path, 0)
        await stream.send(b"hello")
        stream.close()

    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(path)
        listener.listen()
        loop.run(talk())
        with closing(listener.accept()[0]) as link:
            assert link.recv(10) == b"hello"


def test_a_path_without_a_socket_is_an_error(loop, net, tmp_path):
    with pytest.raises(FileNotFoundError):
        loop.run(net.connect(f"{tmp_path}/none", 0))


def test_a_refused_connection_is_an_error_with_its_reason(loop, net):
    with pytest.raises(OSError, match="refused"):
        loop.run(net.connect("127.0.0.1", 1))


def test_an_end_without_a_mark_is_bounded(loop, net, server):
    port = server(lambda link: link.sendall(b"x" * 300_000))

    async def talk():
        stream = await net.connect("127.0.0.1", port)
        try:
            await stream.until(b"\n", 100_000)
        finally:
            stream.close()

    with pytest.raises(ValueError, match="100000 bytes without an end"):
        loop.run(talk())


def test_a_silent_peer_costs_the_time_given_to_it(loop, net, server):
    port = server(lambda link: link.recv(1))

    async def talk():
        stream = await net.connect("127.0.0.1", port)
        try:
            await net.within(0.05, stream.receive())
        finally:
            stream.close()

    with pytest.raises(TimeoutError):
        loop.run(talk())


def test_datagrams_that_are_not_accepted_are_passed_over(loop, net):
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind(("127.0.0.1", 0))

        def answer():
            _, sender = other.recvfrom(100)
            other.sendto(b"noise", sender)
            other.sendto(b"answer", sender)

        threading.Thread(target=answer, daemon=True).start()

        async def ask():
            peer = await net.peer("127.0.0.1", other.getsockname()[1])
            found = await peer.ask(b"q", lambda data: data == b"answer", timeout=5)
            peer.close()
            return found

        assert loop.run(ask()) == b"answer"


def test_a_question_without_answer_is_asked_again(loop, net):
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as deaf:
        deaf.bind(("127.0.0.1", 0))

        async def ask():
            peer = await net.peer("127.0.0.1", deaf.getsockname()[1])
            try:
                await peer.ask(b"q", lambda _: True, timeout=0.02, tries=3)
            finally:
                peer.close()

        with pytest.raises(TimeoutError):
            loop.run(ask())
        deaf.setblocking(False)
        assert [deaf.recv(10) for _ in range(3)] == [b"q"] * 3


def test_loopback_answers_an_echo(loop, net):
    echo = loop.run(net.ping("127.0.0.1", timeout=5))

    assert echo.ttl == 64
    assert 0 < echo.seconds < 5


def test_a_thread_that_hangs_is_given_up(loop, net):
    release = threading.Event()

    with pytest.raises(TimeoutError):
        loop.run(net.thread(release.wait, timeout=0.02))

    release.set()


def test_what_a_thread_raises_is_raised(loop, net):
    def wrong():
        raise KeyError("x")

    with pytest.raises(KeyError):
        loop.run(net.thread(wrong, timeout=5))


def test_a_program_runs_beside_the_others(loop, net):
    assert loop.run(net.run(["cat"], stdin=b"hello", timeout=10)).out == b"hello"


def test_an_unknown_name_is_told(loop, net):
    with pytest.raises(OpsError, match=r"nowhere\.invalid") as problem:
        loop.run(net.resolve("nowhere.invalid"))

    assert problem.value.code is Exit.UNREACHABLE


@pytest.mark.parametrize("verb", ["connect", "peer", "ping"])
def test_nothing_goes_into_a_zone_that_is_left_alone(loop, io, verb):
    net = Network(loop, io, zone_guard(["127.9.0.0/16"], ["127.9.0.2"]))
    works = {
        "connect": lambda: net.connect("127.9.0.1", 9),
        "peer": lambda: net.peer("127.9.0.1", 9),
        "ping": lambda: net.ping("127.9.0.1", timeout=1),
    }

    with pytest.raises(OpsError, match="left alone") as problem:
        loop.run(works[verb]())

    assert problem.value.code is Exit.REFUSED


def test_an_allowed_address_of_such_a_zone_may_be_asked(loop, net):
    net.refuse = zone_guard(["127.9.0.0/16"], ["127.9.0.2"])

    assert loop.run(net.ping("127.9.0.2", timeout=5)) is not None


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("10.20.0.7", True),
        ("::ffff:10.20.0.7", True),
        ("10.20.0.9", False),
        ("10.21.0.7", False),
        ("fe80::1%eth0", False),
    ],
)
def test_the_guard_sees_through_mapped_addresses(address, refused):
    assert bool(zone_guard(["10.20.0.0/16"], ["10.20.0.9"])(address)) is refused


def test_the_clocks_are_real(net):
    assert abs(net.now() - time.time()) < 60
    assert net.tick() <= time.monotonic()


def test_a_peer_that_never_pauses_does_not_keep_the_loop(loop, net, server):
    def flood(link):
        with contextlib.suppress(OSError):
            while True:
                link.sendall(b"x" * 65536)

    port = server(flood)

    async def swallow():
        stream = await net.connect("127.0.0.1", port)
        try:
            while await stream.receive():
                pass
        finally:
            stream.close()

    with pytest.raises(TimeoutError):
        loop.run(net.within(0.3, swallow()))


def test_a_secret_is_asked_for_once_in_a_while(loop):
    class Counting:
        asked = 0

        def secret(self, ref: str) -> str:
            self.asked += 1
            return f"{ref}-{self.asked}"

    source = Counting()
    net = Network(loop, source)

    assert [net.secret("cmd:x") for _ in range(3)] == ["cmd:x-1"] * 3
    assert source.asked == 1
