"""DNS: whether a server gives the right answer (blackbox_exporter's dns prober)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from hisops.core.metric import Family, Sample
from hisops.core.model import Value
from hisops.core.net import Question
from hisops.core.text import Duration
from hisops.monitor.connection import REGEX, address_samples
from hisops.monitor.pattern import check, matches
from hisops.monitor.place import Place, find_all
from hisops.monitor.probe import Endpoint, Outcome, Probe, finish
from hisops.wire import dns

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from hisops.core.net import Heard, Net

_PHASE = Family("probe_dns_duration_seconds", "gauge", "Duration of DNS request by phase")
_RESOLVE, _CONNECT, _REQUEST = ((("phase", n),) for n in ("resolve", "connect", "request"))
_NO_RESOLVE, _NO_CONNECT = Sample(_PHASE, 0.0, _RESOLVE), Sample(_PHASE, 0.0, _CONNECT)
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
        if self.transport_protocol == "udp":
            (found,) = await self.probe_all(net, [endpoint])
            return found._replace(samples=found.samples[2:])  # without those of `finish`
        start = net.tick()
        question = self.question()
        stream = await net.connect(endpoint.host, endpoint.port(_PORT))
        try:
            await stream.send(len(question).to_bytes(2, "big") + question)
            size = int.from_bytes(await stream.exactly(2), "big")
            raw = await stream.exactly(size)
        finally:
            stream.close()
        if not dns.echoes(question, raw):
            raise ValueError("it answers another question")
        times = stream.times
        samples = address_samples(stream.address, times.resolve)
        samples += [
            Sample(_PHASE, times.resolve, _RESOLVE),
            Sample(_PHASE, times.connect, _CONNECT),
        ]
        spent = net.tick() - start - times.resolve - times.connect
        return self.judge(dns.parse(raw), [*samples, Sample(_PHASE, spent, _REQUEST)])

    async def probe_all(self, net: Net, endpoints: Sequence[Endpoint]) -> list[Outcome]:
        """Outcomes of all servers, whose questions go through one socket."""
        if self.transport_protocol == "tcp":
            return await Probe.probe_all(self, net, endpoints)
        places = await find_all(net, endpoints, self.timeout.seconds)
        asked = [
            Question(place.address, endpoint.port(_PORT), self.question())
            for place, endpoint in zip(places, endpoints, strict=True)
            if not place.problem
        ]
        patience = self.timeout.seconds / (self.tries + 1)
        heard = iter(await net.ask_all(asked, dns.echoes, timeout=patience, tries=self.tries))
        over_tcp = replace(self, transport_protocol="tcp", timeout=Duration(patience))
        outcomes: list[Outcome] = []
        cut: dict[int, Coroutine[object, object, Outcome]] = {}
        for place, endpoint in zip(places, endpoints, strict=True):
            if place.problem:
                outcomes.append(finish(Outcome(False, cause=place.problem), place.seconds))
                continue
            answer = next(heard)
            if dns.is_truncated(answer.data):
                cut[len(outcomes)] = over_tcp.examine(net, endpoint)
            outcomes.append(self._outcome(place, answer))
        for at, whole in zip(cut, await net.gather(cut.values()), strict=True):
            outcomes[at] = whole
        return outcomes

    def _outcome(self, place: Place, heard: Heard) -> Outcome:
        samples = address_samples(place.address, place.seconds)
        samples += [_NO_CONNECT, Sample(_PHASE, heard.seconds, _REQUEST)]
        samples.append(Sample(_PHASE, place.seconds, _RESOLVE) if place.seconds else _NO_RESOLVE)
        try:
            found = (
                self.judge(dns.parse(heard.data), samples)
                if heard.data
                else Outcome(False, [*samples, Sample(_SUCCEEDED, 0)], heard.problem)
            )
        except ValueError as error:
            found = Outcome(False, samples, f"the answer is not understood: {error}")
        return finish(found, place.seconds + heard.seconds)

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


def _plain(text: str) -> str:
    return text.lower().rstrip(".")
