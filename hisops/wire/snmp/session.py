"""One agent's variables: gets, and walks of tables, over core.net's Peer."""

from __future__ import annotations

import os
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.wire.snmp import ber, pdu, walk
from hisops.wire.snmp.credentials import Community
from hisops.wire.snmp.plain import Plain
from hisops.wire.snmp.secure import RenewError, Secure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hisops.core.net import Peer
    from hisops.wire.snmp.credentials import Credentials

Index = tuple[int, ...]
_MOST_OIDS = 20  # in one get; every agent takes so many
_MOST_RENEWALS = 2
_SLOWER = 4
_ids = count(int.from_bytes(os.urandom(3), "big") + 1)


class Patience(NamedTuple):
    """How long to wait for one answer, how often to ask, and how much longer each time."""

    seconds: float = 1.0
    tries: int = 3
    growth: float = 1.5


class Session:
    """Asks one agent; whoever made the peer closes it."""

    def __init__(
        self,
        peer: Peer,
        credentials: Credentials,
        *,
        patience: Patience = Patience(),  # noqa: B008 - a tuple
        answer_bytes: int = walk.ANSWER_BYTES,
    ) -> None:
        """`answer_bytes` is the size that answers to walks aim at."""
        self._peer = peer
        self._patience = patience
        self._pace = walk.Pace.of(peer.address, answer_bytes)
        self._wrapping: Plain | Secure
        if isinstance(credentials, Community):
            self._wrapping = Plain(credentials)
        else:
            self._wrapping = Secure(credentials, peer.address)

    async def get(self, oids: Sequence[str]) -> dict[str, ber.Scalar]:
        """Values by the identifiers asked for; what the agent does not have is left out."""
        found = ((oid, ber.cell_value(cell)) for oid, cell in (await self.cells(oids)).items())
        return {oid: value for oid, value in found if value is not None}

    async def cells(self, oids: Sequence[str]) -> dict[str, bytes]:
        """As `get`, with values as they came, tag and length included."""
        found: dict[str, bytes] = {}
        for start in range(0, len(oids), _MOST_OIDS):
            found |= await self._get(list(oids[start : start + _MOST_OIDS]))
        return found

    async def table(
        self, columns: Sequence[str], *, most_rows: int = walk.MOST_ROWS
    ) -> dict[Index, dict[str, ber.Scalar]]:
        """Rows by index, each with the columns that it has; in the order of the first column."""
        rows: dict[Index, dict[str, ber.Scalar]] = {}
        for name, cells in zip(columns, await self.columns(columns, most_rows), strict=True):
            for index, cell in cells.items():
                value = ber.cell_value(cell)
                if value is not None:
                    rows.setdefault(ber.index_arcs(index), {})[name] = value
        return rows

    async def columns(
        self, columns: Sequence[str], most_rows: int = walk.MOST_ROWS
    ) -> list[walk.Cells]:
        """For each column its cells as they came, by the octets of their index."""
        walker = walk.Walker(columns, most_rows)
        while walker.cursors():
            await self._step(walker)
        return walker.cells()

    async def _step(self, walker: walk.Walker) -> None:
        """Ask for the next rows, on silence for ever fewer, until the agent gives some."""
        wait, divisor = self._patience.seconds, 1
        for left in range(self._patience.tries - 1, -1, -1):
            try:
                await self._advance(walker, divisor, wait)
            except TimeoutError:
                if not left:
                    raise
                wait *= self._patience.growth
                divisor *= _SLOWER
            else:
                if divisor > 1:
                    self._pace.slow_down(divisor)
                return

    async def _advance(self, walker: walk.Walker, divisor: int, seconds: float) -> None:
        """One question for the next rows, and what its answer brings."""
        old = self._wrapping.version == 0
        cursors = walker.cursors()[: 1 if divisor > _SLOWER else self._pace.columns]
        rows = 1 if old else self._pace.repetitions(len(cursors), divisor)
        kind = pdu.GET_NEXT if old else pdu.GET_BULK
        answer = await self._exchange(kind, cursors, 0 if old else rows, seconds)
        if answer.error == pdu.TOO_BIG and self._pace.slow_down():
            return
        if answer.error == pdu.NO_SUCH_NAME and old:
            walker.end(answer.error_at, len(cursors))
            return
        _raise_error(answer)
        taken = walker.take(answer, len(cursors), rows)
        self._pace.measure(answer.end - answer.begin, taken)

    async def _get(self, oids: list[str]) -> dict[str, bytes]:
        names = {ber.oid_content(oid): oid for oid in oids}
        while names:
            answer = await self._retry(pdu.GET, list(names))
            if answer.error == pdu.NO_SUCH_NAME and 0 < answer.error_at <= len(names):
                del names[list(names)[answer.error_at - 1]]  # v1 refuses all for the sake of one
                continue
            if answer.error == pdu.TOO_BIG and len(oids) > 1:
                half = len(oids) // 2
                return await self._get(oids[:half]) | await self._get(oids[half:])
            _raise_error(answer)
            found = ((names.get(oid), tag, content) for oid, tag, content in answer.bindings())
            return {
                name: ber.tlv(tag, content)
                for name, tag, content in found
                if name and tag not in ber.ABSENT
            }
        return {}

    async def _retry(self, kind: int, oids: list[bytes]) -> pdu.Pdu:
        wait = self._patience.seconds
        for _ in range(self._patience.tries - 1):
            try:
                return await self._exchange(kind, oids, 0, wait)
            except TimeoutError:
                wait *= self._patience.growth
        return await self._exchange(kind, oids, 0, wait)

    async def _exchange(
        self, kind: int, oids: list[bytes], repetitions: int, seconds: float
    ) -> pdu.Pdu:
        """One answer to one request; v3's engine and clock are learnt on the way."""
        for _ in range(_MOST_RENEWALS + 1):
            if isinstance(self._wrapping, Secure) and not self._wrapping.is_discovered:
                await self._discover(self._wrapping, seconds)
            request_id = next(_ids) & 0x7FFFFFFF
            request = pdu.request(kind, request_id, oids, repetitions)
            answers: list[pdu.Pdu] = []
            accept = partial(self._accept, request_id, answers)
            data = self._wrapping.wrap(request, request_id)
            try:
                await self._peer.ask(data, accept, timeout=seconds)
            except RenewError:
                continue
            return answers[-1]
        raise OpsError("the agent's v3 clock or engine changes with each answer")

    def _accept(self, request_id: int, answers: list[pdu.Pdu], data: bytes) -> bool:
        answer = self._wrapping.unwrap(data, request_id)
        if answer is None or answer.kind != pdu.RESPONSE:
            return False
        answers.append(answer)
        return True

    async def _discover(self, secure: Secure, seconds: float) -> None:
        message_id = next(_ids) & 0x7FFFFFFF
        question = secure.discover(message_id)
        await self._peer.ask(question, lambda data: secure.learn(data, message_id), timeout=seconds)


def _raise_error(answer: pdu.Pdu) -> None:
    if answer.error:
        raise OpsError(f"the agent answers {answer.error_name}", code=Exit.FAILED)
