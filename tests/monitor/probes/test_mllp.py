"""An HL7 receiver's states: accepted, error, rejected, wrong id, nonsense."""

import re

import pytest

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.mllp import Mllp, skew
from hisops.wire import hl7
from tests.wire.canned import Canned, CannedNet, finish

ENGINE = Endpoint("192.0.2.1")
NOW = 1_795_593_600.0
STAMP = "20261125080000+0000"


class Receiver(Canned):
    """Answers whatever comes with one code, for the id that came or for another."""

    def __init__(self, code: str, control_id: str = "", stamp: str = STAMP) -> None:
        super().__init__(b"")
        self._answer = (code, control_id, stamp)

    async def send(self, data: bytes) -> None:
        await super().send(data)
        code, control_id, stamp = self._answer
        mine = control_id or re.search(rb"\|(HISOPS[0-9a-f]{10})\|", data)[1].decode()
        rows = (f"MSH|^~\\&|E|F|HISOPS||{stamp}||ACK|1|T|2.5", f"MSA|{code}|{mine}|said")
        self._says = b"\x0b" + hl7.join(rows) + b"\x1c\r"


def asked(says: Canned, **options):
    net = CannedNet()
    net._left = [says]
    outcome = finish(Mllp(**options).probe(net, ENGINE))
    return outcome, {(s.family.name, *s.labels): s.value for s in outcome.samples}


def test_an_acknowledged_message_is_a_success_with_phases():
    receiver = Receiver("AA")

    outcome, values = asked(receiver, receiver="ENGINE")

    assert (outcome.success, outcome.cause) == (True, "")
    assert values["hisops_hl7_acknowledgement", ("code", "AA")] == 1
    assert values["hisops_hl7_control_id_matches",] == 1
    assert values["hisops_hl7_clock_skew_seconds",] == 0
    assert ("hisops_hl7_duration_seconds", ("phase", "acknowledge")) in values
    assert b"|NMD^N02|" in receiver.sent
    assert b"|T|2.5\r" in receiver.sent


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("AE", "acknowledge: AE, the receiver found an error: said"),
        ("AR", "acknowledge: AR, the receiver rejects it: said"),
        ("CR", "acknowledge: CR, the receiver refuses to commit it: said"),
        ("ZZ", "acknowledge: ZZ, no known code: said"),
    ],
)
def test_refusals_are_told_apart(code, cause):
    outcome, values = asked(Receiver(code))

    assert (outcome.success, outcome.cause) == (False, cause)
    assert values["hisops_hl7_acknowledgement", ("code", code if code != "ZZ" else "other")] == 1


def test_an_acknowledgement_for_another_message_is_no_success():
    outcome, values = asked(Receiver("AA", control_id="OTHER"))

    assert outcome.cause == "acknowledge: AA for 'OTHER', which we did not send"
    assert values["hisops_hl7_control_id_matches",] == 0


def test_a_peer_that_speaks_no_hl7_is_told():
    outcome, _ = asked(Canned(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

    assert outcome.cause.startswith("acknowledge: the answer is not understood")


def test_the_segments_of_a_site_replace_ours():
    receiver = Receiver("AA")

    asked(receiver, kind="ORM^O01", segments=("PID|||X",))

    assert b"\rPID|||X\r" in receiver.sent
    assert b"NCK" not in receiver.sent


@pytest.mark.parametrize(
    ("shown", "expected"), [(100, 0.0), (99.5, 0.0), (101, 0.5), (90, -9.3), (28900.5, 28800.0)]
)
def test_a_clock_is_off_by_what_lies_outside_of_the_exchange(shown, expected):
    assert skew(shown, 100.3, 100.5) == pytest.approx(expected)


def test_a_receiver_in_another_time_zone_is_seen():
    _, values = asked(Receiver("AA", stamp="20261125160000+0000"))

    assert values["hisops_hl7_clock_skew_seconds",] == 8 * 3600
