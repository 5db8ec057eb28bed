"""Messages of v1 and v2c: a version, a community, a PDU (RFC 1157, 1901)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.wire.snmp import ber, pdu

if TYPE_CHECKING:
    from hisops.wire.snmp.credentials import Community

VERSIONS = {"1": 0, "2c": 1}


class Plain:
    """Wraps requests for one community and unwraps answers to them."""

    def __init__(self, community: Community) -> None:
        self.version = VERSIONS[community.version]
        self._head = ber.integer(self.version) + ber.tlv(ber.OCTETS, community.word.encode())

    def wrap(self, request: bytes, request_id: int) -> bytes:
        """The message to send; its request id stands in the request."""
        return ber.tlv(ber.SEQUENCE, self._head + request)

    def unwrap(self, data: bytes, request_id: int) -> pdu.Pdu | None:
        """The PDU of the answer to a request, None for another one's; raises ValueError."""
        at, _ = ber.header(data, 0, ber.SEQUENCE)
        version, at = ber.take_integer(data, at)
        if version != self.version:
            raise ValueError(f"an answer of SNMP version {version} where {self.version} belongs")
        _, at = ber.take_octets(data, at)
        answer = pdu.parse(data, at)
        return answer if answer.request_id == request_id else None
