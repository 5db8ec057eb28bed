"""DIMSE services over an association: echo, find, store, move, get (PS3.7, chapter 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hisops.wire.dicom.dataset import DataSet, decode, encode, number, short, string, text, uid

if TYPE_CHECKING:
    from hisops.wire.dicom.association import Association, Message

VERIFICATION = "1.2.840.10008.1.1"
WORKLIST = "1.2.840.10008.5.1.4.31"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

SUCCESS = 0x0000
_SOP = 0x00000002
_FIELD = 0x00000100
_ID = 0x00000110
_REPLIED_ID = 0x00000120
_DESTINATION = 0x00000600
_PRIORITY = 0x00000700
_STATUS = 0x00000900
_INSTANCE = 0x00001000
_DONE, _FAILED = 0x00001021, 0x00001022
_STORE, _GET, _FIND, _MOVE, _ECHO = 0x0001, 0x0010, 0x0020, 0x0021, 0x0030
_REPLY = 0x8000
_CANCEL = 0x0FFF
_PENDING = (0xFF00, 0xFF01)


class Found(NamedTuple):
    """Answers to a query. Only a final status of success makes them the whole truth."""

    items: list[DataSet]
    status: int


class Received(NamedTuple):
    """An instance that a peer sent us."""

    instance: str
    data: bytes


class Fetched(NamedTuple):
    """What became of a retrieval: its final status, what came here, how much went and failed."""

    status: int
    received: list[Received]
    done: int
    failed: int


async def echo(link: Association) -> int:
    """The status of a C-ECHO."""
    await _ask(link, VERIFICATION, _ECHO, {})
    return _status(await link.receive(), _ECHO)


async def find(link: Association, sop: str, query: DataSet, most: int = 5000) -> Found:
    """What matches; raises ValueError when there are more than `most` items."""
    await _ask(link, sop, _FIND, {_PRIORITY: short(0)}, query)
    items: list[DataSet] = []
    while (status := _status(message := await link.receive(1_000_000), _FIND)) in _PENDING:
        if len(items) == most:
            await link.abort()
            raise ValueError(f"more than {most} items match")
        items.append(decode(message.data))
    return Found(items, status)


async def store(link: Association, sop: str, instance: str, data: bytes) -> int:
    """The status of storing an instance."""
    extra: DataSet = {_PRIORITY: short(0), _INSTANCE: uid(instance)}
    await _ask(link, sop, _STORE, extra, raw=data)
    return _status(await link.receive(), _STORE)


async def move(link: Association, query: DataSet, destination: str) -> Fetched:
    """What became of sending a study from the peer to a third one, by its AE title."""
    extra: DataSet = {_PRIORITY: short(0), _DESTINATION: text(destination)}
    await _ask(link, STUDY_MOVE, _MOVE, extra, query)
    while (status := _status(message := await link.receive(), _MOVE)) in _PENDING:
        pass
    return Fetched(status, [], _count(message, _DONE), _count(message, _FAILED))


async def get(link: Association, query: DataSet, most_instances: int = 16) -> Fetched:
    """What the peer sends us over this association; raises ValueError when it never ends."""
    await _ask(link, STUDY_GET, _GET, {_PRIORITY: short(0)}, query)
    received: list[Received] = []
    while True:
        message = await link.receive()
        if number(message.command, _FIELD) == _STORE:
            if len(received) == most_instances:
                await link.abort()
                raise ValueError(f"the peer sends more than {most_instances} instances")
            received.append(Received(string(message.command, _INSTANCE), message.data))
            await _accept(link, message)
        elif (status := _status(message, _GET)) not in _PENDING:
            return Fetched(status, received, _count(message, _DONE), _count(message, _FAILED))


async def _ask(
    link: Association,
    sop: str,
    field: int,
    extra: DataSet,
    query: DataSet | None = None,
    raw: bytes = b"",
) -> None:
    command = {_SOP: uid(sop), _FIELD: short(field), _ID: link.new_id(), **extra}
    await link.send(link.context(sop), command, raw if query is None else encode(query))


async def _accept(link: Association, message: Message) -> None:
    """Answer a C-STORE of the peer with success."""
    kept = {tag: message.command[tag] for tag in (_SOP, _INSTANCE) if tag in message.command}
    reply: DataSet = {**kept, _FIELD: short(_STORE | _REPLY), _STATUS: short(SUCCESS)}
    await link.send(message.context, {**reply, _REPLIED_ID: message.command.get(_ID, short(0))})


def _status(message: Message, field: int) -> int:
    """The status that an answer carries; raises ValueError when it answers something else."""
    got = number(message.command, _FIELD)
    if got != field | _REPLY:
        raise ValueError(f"command 0x{got:04X} where the answer to 0x{field:04X} should be")
    return number(message.command, _STATUS)


def _count(message: Message, tag: int) -> int:
    return number(message.command, tag) if tag in message.command else 0
