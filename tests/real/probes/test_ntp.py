"""NTP probes against chronyd: healthy, not synchronised, shifted, frozen."""

import struct
import threading
from contextlib import closing, contextmanager
from socket import SOCK_DGRAM, socket

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.ntp import Ntp
from tests.real.sql.server import folder, free_port, frozen, running, wait_for


@contextmanager
def chronyd(line: str):
    """A time server that never touches this machine's clock, and its port."""
    port = free_port()
    with folder("root") as place:
        (place / "conf").write_text(
            f"port {port}\nbindaddress 127.0.0.1\ncmdport 0\nallow 127.0.0.1\n"
            f"bindcmdaddress /\npidfile {place}/pid\n{line}\n"
        )
        argv = ["/usr/sbin/chronyd", "-d", "-x", "-u", "root", "-f", str(place / "conf")]
        with running(argv, "root", place) as child:
            wait_for(lambda: _answers(port))
            yield child, port


def _answers(port: int) -> bool:
    with closing(socket(type=SOCK_DGRAM)) as link:
        link.settimeout(0.2)
        link.connect(("127.0.0.1", port))
        try:
            link.send(b"\x23" + bytes(47))
            return bool(link.recv(512))
        except (TimeoutError, OSError):
            return False


@pytest.fixture(scope="module")
def server():
    with chronyd("local stratum 8") as found:
        yield found


def test_tells_offset_stratum_and_dispersion(server, probe, series):
    found = probe(Ntp(), f"127.0.0.1:{server[1]}")

    values = series(found)
    assert found.success, found.cause
    assert values["hisops_probe_ntp_stratum"] == 8
    assert values["hisops_probe_ntp_leap"] == 0
    assert abs(values["hisops_probe_ntp_offset_seconds"]) < 0.5


def test_a_stratum_above_the_limit_fails(server, probe):
    found = probe(Ntp(max_stratum=7), f"127.0.0.1:{server[1]}")

    assert found.cause == "stratum 8 is above 7"


def test_a_server_without_a_source_fails(probe):
    with chronyd("") as (_, port):
        found = probe(Ntp(), f"127.0.0.1:{port}")

    assert found.cause == "it is not synchronised itself"


def test_a_frozen_server_costs_the_time_out_only(server, probe):
    with frozen(server[0].pid):
        found = probe(Ntp(timeout=Duration(0.3)), f"127.0.0.1:{server[1]}")

    assert "no answer" in found.cause


def test_a_closed_port_is_told_at_once(probe):
    assert "refused" in probe(Ntp(), f"127.0.0.1:{free_port()}").cause


@contextmanager
def forging(change):
    """A port whose answers are those of a good server, changed."""
    with closing(socket(type=SOCK_DGRAM)) as link:
        link.bind(("127.0.0.1", 0))
        link.settimeout(5)

        def body():
            try:
                while True:
                    data, sender = link.recvfrom(512)
                    link.sendto(change(bytearray(answer(data))), sender)
            except (TimeoutError, OSError):
                return

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        yield link.getsockname()[1]


def answer(question: bytes) -> bytes:
    import time

    now = int((time.time() + 2_208_988_800) * 2**32)
    head = struct.pack(">BBbbII4s", 0x24, 2, 6, -20, 0, 0, bytes((192, 0, 2, 1)))
    return head + struct.pack(">Q", now) + question[40:48] + struct.pack(">QQ", now, now)


def shifted(data: bytearray) -> bytearray:
    for at in (32, 40):
        (stamp,) = struct.unpack_from(">Q", data, at)
        struct.pack_into(">Q", data, at, stamp + (427 << 32))
    return data


def another(data: bytearray) -> bytearray:
    data[24] ^= 1
    return data


def kiss(data: bytearray) -> bytearray:
    data[1] = 0
    data[12:16] = b"RATE"
    return data


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda data: data, ""),
        (shifted, "7.1 min ahead of ours"),
        (kiss, "refuses to serve: RATE"),
        (another, "no answer"),
        (lambda data: data[:40], "no answer"),
    ],
)
def test_wrong_answers_are_told_from_good_ones(probe, change, cause):
    with forging(change) as port:
        found = probe(Ntp(timeout=Duration(0.5)), f"127.0.0.1:{port}")

    assert found.success is (not cause)
    assert cause in found.cause
