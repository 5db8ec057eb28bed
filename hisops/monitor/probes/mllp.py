"""HL7 v2 over MLLP: whether a receiver acknowledges our own message, and what its clock shows."""

from __future__ import annotations

import os
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.monitor.phase import Record, recorded
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import hl7, mllp

if TYPE_CHECKING:
    from hisops.core.net import Net

_UP = Family("hisops_hl7_up", "gauge", "Whether an HL7 receiver acknowledges our message")
_SECONDS = Family("hisops_hl7_duration_seconds", "gauge", "Duration of an HL7 exchange by phase")
_CODE = Family(
    "hisops_hl7_acknowledgement", "gauge", "The acknowledgement code that came, 1 for the one seen"
)
_MATCHES = Family(
    "hisops_hl7_control_id_matches", "gauge", "Whether the acknowledgement is for our message"
)
_SKEW = Family(
    "hisops_hl7_clock_skew_seconds", "gauge", "Clock of an HL7 receiver minus ours, from MSH-7"
)
_GOOD = ("AA", "CA")
_WORDS = {
    "AE": "the receiver found an error",
    "AR": "the receiver rejects it",
    "CE": "the receiver could not commit it",
    "CR": "the receiver refuses to commit it",
}


class Mllp(Probe, frozen=True, kw_only=True):
    """A message marked as training (MSH-11 `T`) that is acknowledged with AA or CA for our id.

    Point it only at a channel whose owner has agreed to it: a receiver may take any message for real.
    """

    port: int = 2575
    kind: str = "NMD^N02"
    segments: tuple[str, ...] = ()
    sender: str = "HISOPS"
    sender_facility: str = ""
    receiver: str = ""
    receiver_facility: str = ""

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when our message is acknowledged."""

        return await recorded(net, self.timeout, (_UP, _SECONDS), partial(self._ask, net, endpoint))

    async def _ask(self, net: Net, endpoint: Endpoint, record: Record) -> str:
        record.begin("connect")
        stream = await net.connect(endpoint.host, endpoint.port(self.port))
        try:
            record.connected(stream.times)
            record.begin("acknowledge")
            control_id = "HISOPS" + os.urandom(5).hex()
            sent = net.now()
            answer = await mllp.exchange(stream, self._message(control_id, sent))
            record.end()
        finally:
            stream.close()
        return judge(hl7.acknowledgement(answer), control_id, (sent, net.now()), record)

    def _message(self, control_id: str, now: float) -> bytes:
        parties = hl7.Parties(
            self.sender, self.sender_facility, self.receiver, self.receiver_facility
        )
        when = datetime.fromtimestamp(now).astimezone()
        body = self.segments or ("NCK|" + when.strftime("%Y%m%d%H%M%S%z"),)
        return hl7.join((hl7.header(self.kind, control_id, when, parties), *body))


def judge(
    answer: hl7.Acknowledgement, control_id: str, span: tuple[float, float], record: Record
) -> str:
    """Why an acknowledgement is none for our message; empty when it is one."""
    record.add(_MATCHES, int(answer.control_id == control_id))
    known = answer.code in _GOOD or answer.code in _WORDS
    record.add(_CODE, 1, (("code", answer.code if known else "other"),))
    if answer.sent is not None:
        record.add(_SKEW, skew(answer.sent, *span))
    if answer.control_id != control_id:
        return f"acknowledge: {answer.code} for {answer.control_id[:40]!r}, which we did not send"
    if answer.code in _GOOD:
        return ""
    said = f": {answer.text}" if answer.text else ""
    return f"acknowledge: {answer.code[:10]}, {_WORDS.get(answer.code, 'no known code')}{said}"


def skew(shown: float, sent: float, received: float) -> float:
    """How far a clock is off that showed this between two moments of ours; 0 when it fits.

    MSH-7 has whole seconds, so a good clock may show up to one second less.
    """
    if shown > received:
        return shown - received
    return min(0.0, shown + 1 - sent)
