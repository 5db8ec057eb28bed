"""An association: opened, used for messages, released; a refusal and an abort in words (PS3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import Exit, OpsError
from hisops.core.net import MOST_BYTES
from hisops.wire.dicom import pdu, words
from hisops.wire.dicom.dataset import DataSet, decode, encode

if TYPE_CHECKING:
    from hisops.core.net import Stream
    from hisops.wire.dicom.pdu import Agreement, Context, Fragment

# An A-ASSOCIATE-AC holds an item for each context and the peer's own data: far below this.
_MOST_HANDSHAKE = 65536
_GROUP_LENGTH = 0x00000000
_HAS_DATA = 0x00000800
_NO_DATA = 0x0101


class RejectedError(OpsError):
    """The peer refused the association, and said why."""

    def __init__(self, result: int, source: int, reason: int) -> None:
        super().__init__(words.rejection(result, source, reason), code=Exit.REFUSED)
        self.result, self.source, self.reason = result, source, reason


class Message(NamedTuple):
    """A command, and its data set as bytes where it has one."""

    context: int
    command: DataSet
    data: bytes


class Association:
    """Messages over one TCP connection after the peer has agreed."""

    def __init__(self, stream: Stream, agreed: Agreement) -> None:
        self._stream = stream
        self._agreed = agreed
        self._waiting: list[Fragment] = []
        self._count = 0

    def context(self, sop: str) -> int:
        """The context of a SOP class; raises OpsError when the peer does not offer it."""
        if sop not in self._agreed.contexts:
            cause = f"the peer accepts the association, but not {sop} in implicit VR little endian"
            raise OpsError(cause, code=Exit.REFUSED)
        return self._agreed.contexts[sop]

    def new_id(self) -> bytes:
        """A message id that this association has not used, as a number of two bytes."""
        self._count += 1
        return self._count.to_bytes(2, "little")

    async def send(self, context: int, command: DataSet, data: bytes = b"") -> None:
        """Send a command, and its data set."""
        marked = {**command, _HAS_DATA: (1 if data else _NO_DATA).to_bytes(2, "little")}
        raw = encode(marked)
        raw = encode({_GROUP_LENGTH: len(raw).to_bytes(4, "little")}) + raw
        parts = pdu.fragments(context, raw, self._agreed.most, command=True)
        if data:
            parts += pdu.fragments(context, data, self._agreed.most, command=False)
        await self._stream.send(b"".join(parts))

    async def receive(self, most: int = MOST_BYTES) -> Message:
        """The next message; raises ValueError when it is longer than `most` or not DICOM."""
        context, raw = await self._part(True, None, 65536)
        command = decode(raw)
        data = b""
        if int.from_bytes(_bytes(command, _HAS_DATA), "little") != _NO_DATA:
            _, data = await self._part(False, context, most)
        return Message(context, command, data)

    async def release(self) -> None:
        """End it in good order; a peer that answers otherwise raises."""
        await self._stream.send(pdu.frame(pdu.RELEASE, bytes(4)))
        kind, _ = await _receive(self._stream, pdu.TAKE)
        if kind != pdu.RELEASED:
            raise ValueError(f"the peer answers the release with message {kind}")

    async def abort(self) -> None:
        """End it at once, so that the peer need not wait for its own time-out."""
        await self._stream.send(pdu.frame(pdu.ABORT, bytes(4)))

    async def _part(self, command: bool, context: int | None, most: int) -> tuple[int, bytes]:
        """The command or the data of a message, put together from its fragments."""
        parts: list[bytes] = []
        size = 0
        while True:
            piece = await self._fragment()
            if piece.command is not command or context not in (None, piece.context):
                raise ValueError("fragments of two messages are mixed")
            context = piece.context
            parts.append(piece.data)
            size += len(piece.data)
            if size > most:
                raise ValueError(f"a message of more than {most} bytes")
            if piece.last:
                return context, b"".join(parts)

    async def _fragment(self) -> Fragment:
        while not self._waiting:
            kind, body = await _receive(self._stream, pdu.TAKE)
            if kind != pdu.DATA:
                raise ValueError(f"message {kind} where data should be")
            self._waiting = pdu.pieces(body)
        return self._waiting.pop(0)


async def associate(
    stream: Stream, calling: str, called: str, contexts: tuple[Context, ...]
) -> Association:
    """An association for these contexts; raises RejectedError, and ValueError for a title that is none."""
    await stream.send(pdu.request(calling, called, contexts))
    kind, body = await _receive(stream, _MOST_HANDSHAKE)
    if kind == pdu.REJECT and len(body) == 4:  # noqa: PLR2004 - PS3.8, table 9-21
        raise RejectedError(body[1], body[2], body[3])
    if kind != pdu.ACCEPT:
        raise ValueError(f"message {kind} where an A-ASSOCIATE-AC should be")
    return Association(stream, pdu.agreement(body, contexts))


async def _receive(stream: Stream, most: int) -> tuple[int, bytes]:
    """A message of the upper layer; raises OpsError for an abort, ValueError for nonsense."""
    head = await stream.exactly(6)
    kind, length = head[0], int.from_bytes(head[2:], "big")
    if not pdu.ASSOCIATE <= kind <= pdu.ABORT or length > most:
        raise ValueError(f"no DICOM: a message of kind {kind} with {length} bytes")
    body = await stream.exactly(length)
    if kind == pdu.ABORT:
        raise OpsError(words.abortion(*(body + bytes(4))[2:4]), code=Exit.UNREACHABLE)
    return kind, body


def _bytes(values: DataSet, tag: int) -> bytes:
    value = values.get(tag, b"")
    return value if isinstance(value, bytes) else b""
