"""An agent in memory that can be told to lie; it stands in for core.net's Peer."""

from hisops.wire.snmp import ber, pdu


def run(coroutine):
    """What a coroutine returns that never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")


def response(request_id, bindings, error=0, error_at=0, version=1):
    """A message with encoded variables."""
    inner = b"".join(
        ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, oid) + value) for oid, value in bindings
    )
    numbers = ber.integer(request_id) + ber.integer(error) + ber.integer(error_at)
    body = ber.tlv(pdu.RESPONSE, numbers + ber.tlv(ber.SEQUENCE, inner))
    return ber.tlv(ber.SEQUENCE, ber.integer(version) + ber.tlv(ber.OCTETS, b"public") + body)


class Agent:
    """Answers from `values`, encoded values by dotted identifiers."""

    def __init__(self, values, *, silent_above=10**6, too_big_above=10**6):
        self.address = f"agent {id(self)}"
        self.values = {ber.oid_content(oid): value for oid, value in values.items()}
        self._order = sorted(self.values, key=ber.index_arcs)
        self.silent_above, self.too_big_above = silent_above, too_big_above
        self.questions = []
        self.next = self._next

    async def ask(self, data, accept, *, timeout, tries=1):
        answer = self.answer(data)
        if answer is None or not accept(answer):
            raise TimeoutError
        return answer

    def answer(self, data):
        at, _ = ber.header(data, 0, ber.SEQUENCE)
        version, at = ber.take_integer(data, at)
        _, at = ber.take_octets(data, at)
        asked = pdu.parse(data, at)
        oids = [oid for oid, _, _ in asked.bindings()]
        rows = asked.error_at if asked.kind == pdu.GET_BULK else 1
        self.questions.append((len(oids), rows))
        if len(oids) * rows > self.silent_above:
            return None
        if len(oids) * rows > self.too_big_above:
            return response(asked.request_id, [], error=pdu.TOO_BIG, version=version)
        if asked.kind == pdu.GET:
            found = [(oid, self.values.get(oid, b"\x80\x00")) for oid in oids]
            return response(asked.request_id, found, version=version)
        found = []
        for _ in range(rows):
            following = [self.next(oid) for oid in oids]
            found += [
                (old, b"\x82\x00") if new is None else (new, self.values[new])
                for old, new in zip(oids, following, strict=True)
            ]
            oids = [new or old for old, new in zip(oids, following, strict=True)]
        return response(asked.request_id, found, version=version)

    def _next(self, oid):
        arcs = ber.index_arcs(oid)
        return next((o for o in self._order if ber.index_arcs(o) > arcs), None)
