"""DNS: whether a server gives the right answer (blackbox_exporter's dns prober)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from hisops.core.metric import Family, Sample
from hisops.core.model import Value
from hisops.monitor.connection import REGEX, address_samples
from hisops.monitor.pattern import check, matches
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire import dns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.net import Net

_PHASE = Family("probe_dns_duration_seconds", "gauge", "Duration of DNS request by phase")
_RESOLVE, _CONNECT, _REQUEST = ((("phase", n),) for n in ("resolve", "connect", "request"))
_ANSWERS = Family(
    "probe_dns_answer_rrs", "gauge", "Returns number of entries in the answer resource record list"
)
_AUTHORITIES = Family(
    "probe_dns_authority_rrs",
    "gauge",
    "Returns number of entries in the authority resource record list",
)
_ADDITIONALS = Family(
    "probe_dns_additional_rrs",
    "gauge",
    "Returns number of entries in the additional resource record list",
)
_SUCCEEDED = Family(
    "probe_dns_query_succeeded",
    "gauge",
    "Displays whether or not the query was executed successfully",
)
_SERIAL = Family("probe_dns_serial", "gauge", "Returns the serial number of the zone")
_PORT = 53
_SERIAL_FIELD = 2


class Records(Value, frozen=True, kw_only=True):
    """What the records of a section must look like, as blackbox_exporter writes them."""

    fail_if_matches_regexp: tuple[str, ...] = ()
    fail_if_all_match_regexp: tuple[str, ...] = ()
    fail_if_not_matches_regexp: tuple[str, ...] = ()
    fail_if_none_matches_regexp: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.fail_if_matches_regexp + self.fail_if_all_match_regexp)
        check(self.fail_if_not_matches_regexp + self.fail_if_none_matches_regexp)

    def complaint(self, records: Sequence[dns.Record]) -> str:
        """What is wrong with them; empty when nothing is."""
        texts = [record.text for record in records]
        for pattern in self.fail_if_matches_regexp:
            if any(matches(pattern, text) for text in texts):
                return f"a record matches {pattern!r}"
        for pattern in self.fail_if_all_match_regexp:
            if texts and all(matches(pattern, text) for text in texts):
                return f"all records match {pattern!r}"
        for pattern in self.fail_if_not_matches_regexp:
            if not all(matches(pattern, text) for text in texts):
                return f"a record does not match {pattern!r}"
        for pattern in self.fail_if_none_matches_regexp:
            if not any(matches(pattern, text) for text in texts):
                return f"no record matches {pattern!r}"
        return ""


class Dns(Probe, frozen=True, kw_only=True):
    """A question to the target as a DNS server; `expect` lists the data of all right records."""

    query_name: str
    query_type: str = "A"
    recursion_desired: bool = True
    transport_protocol: Literal["udp", "tcp"] = "udp"
    valid_rcodes: tuple[str, ...] = ("NOERROR",)
    expect: tuple[str, ...] = ()
    validate_answer_rrs: Records = Records()
    validate_authority_rrs: Records = Records()
    validate_additional_rrs: Records = Records()
    tries: int = 2

    def __post_init__(self) -> None:
        if self.query_type not in dns.Type.__members__:
            kinds = ", ".join(dns.Type.__members__)
            raise ValueError(f"query_type {self.query_type} is not one of {kinds}")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the server answers this question, and rightly."""
        port = endpoint.port(_PORT)
        start = net.tick()
        address = await net.resolve(endpoint.host)
        found = net.tick()
        question = self.question()
        raw = await self._datagram(net, address, port, question)
        answer = dns.parse(raw) if raw else None
        if answer is None or answer.is_truncated:
            answer = dns.parse(await _over_tcp(net, address, port, question))
        samples = [
            *address_samples(address, found - start),
            Sample(_PHASE, found - start, _RESOLVE),
            Sample(_PHASE, 0.0, _CONNECT),
            Sample(_PHASE, net.tick() - found, _REQUEST),
        ]
        return self.judge(answer, samples)

    def question(self) -> bytes:
        """A question with an id that nobody can guess."""
        return dns.ask(
            int.from_bytes(os.urandom(2), "big"),
            self.query_name,
            dns.Type[self.query_type],
            recurse=self.recursion_desired,
        )

    def judge(self, answer: dns.Answer, samples: list[Sample]) -> Outcome:
        """The outcome of an answer to our question."""
        samples += [
            Sample(_ANSWERS, len(answer.answers)),
            Sample(_AUTHORITIES, len(answer.authorities)),
            Sample(_ADDITIONALS, len(answer.extras)),
            Sample(_SUCCEEDED, 1),
        ]
        for record in answer.answers:
            if record.type == dns.Type.SOA:
                samples.append(Sample(_SERIAL, int(record.data.split()[_SERIAL_FIELD])))
        if answer.rcode not in self.valid_rcodes:
            return Outcome(False, samples, f"the server says {answer.rcode}")
        cause = self._surprise(answer) or self._complaint(answer)
        samples.append(Sample(REGEX, int(bool(cause))))
        return Outcome(not cause, samples, cause)

    def _surprise(self, answer: dns.Answer) -> str:
        if not self.expect:
            return ""
        kind = dns.Type[self.query_type]
        data = {_plain(one.data) for one in answer.answers if one.type == kind}
        if data == {_plain(text) for text in self.expect}:
            return ""
        return f"the answer is {', '.join(sorted(data))[:160] or 'empty'}"

    def _complaint(self, answer: dns.Answer) -> str:
        return (
            self.validate_answer_rrs.complaint(answer.answers)
            or self.validate_authority_rrs.complaint(answer.authorities)
            or self.validate_additional_rrs.complaint(answer.extras)
        )

    async def _datagram(self, net: Net, address: str, port: int, question: bytes) -> bytes:
        """The answer over UDP; empty when TCP is wanted."""
        if self.transport_protocol == "tcp":
            return b""
        peer = await net.peer(address, port)
        try:
            patience = self.timeout.seconds / (self.tries + 1)
            return await peer.ask(
                question,
                lambda data: dns.echoes(question, data),
                timeout=patience,
                tries=self.tries,
            )
        finally:
            peer.close()


async def _over_tcp(net: Net, address: str, port: int, question: bytes) -> bytes:
    stream = await net.connect(address, port)
    try:
        await stream.send(len(question).to_bytes(2, "big") + question)
        raw = await stream.exactly(int.from_bytes(await stream.exactly(2), "big"))
    finally:
        stream.close()
    if not dns.echoes(question, raw):
        raise ValueError("it answers another question")
    return raw


def _plain(text: str) -> str:
    return text.lower().rstrip(".")
