"""The journal: append-only events, each chained to the one before by SHA-256."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from hisops.core.event import Event, Known
from hisops.core.store import Store, Transaction

GENESIS = "0" * 64


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the journal; `data` is the event as JSON, exactly as it was hashed."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    data: str
    prev: str
    hash: str

    def event(self) -> Known:
        """The typed event."""
        event: Known = msgspec.json.decode(self.data, type=Known)
        return event


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where the chain does not hold."""

    seq: int
    cause: str


def digest(seq: int, at: str, actor: str, data: str, prev: str) -> str:
    """SHA-256 over the entry and the hash before it, as 64 hexadecimal digits."""
    body = "\x1f".join((str(seq), at, actor, data, prev))
    return hashlib.sha256(body.encode()).hexdigest()


def append(transaction: Transaction, event: Event, *, at: datetime, actor: str) -> int:
    """Add an event inside the caller's transaction; gives its number."""
    rows = transaction.read(Entry, "SELECT * FROM event ORDER BY seq DESC LIMIT 1")
    seq, prev = (rows[0].seq + 1, rows[0].hash) if rows else (1, GENESIS)
    data = msgspec.json.encode(event).decode()
    stamp = at.isoformat(timespec="milliseconds")
    transaction.execute(
        "INSERT INTO event (seq, at, kind, actor, subject, data, prev, hash) VALUES (?,?,?,?,?,?,?,?)",
        (
            seq,
            stamp,
            str(type(event).__struct_config__.tag),
            actor,
            event.subject,
            data,
            prev,
            digest(seq, stamp, actor, data, prev),
        ),
    )
    return seq


def record(store: Store, event: Event, *, at: datetime, actor: str) -> int:
    """Add one event in a transaction of its own; gives its number."""
    with store.write() as transaction:
        return append(transaction, event, at=at, actor=actor)


def verify(entries: Iterable[Entry]) -> Break | None:
    """The first broken entry of a chain that starts at 1, or None when all of it holds."""
    prev = GENESIS
    for seq, entry in enumerate(entries, start=1):
        if entry.seq != seq:
            return Break(seq=seq, cause=f"entry {seq} is missing")
        if entry.prev != prev:
            return Break(seq=seq, cause=f"entry {seq} does not follow entry {seq - 1}")
        if entry.hash != digest(entry.seq, entry.at, entry.actor, entry.data, entry.prev):
            return Break(seq=seq, cause=f"entry {seq} was changed after it was written")
        if not _columns_agree(entry):
            return Break(seq=seq, cause=f"the columns of entry {seq} differ from its data")
        prev = entry.hash
    return None


def latest(store: Store, kind: type[Event], subject: str = "") -> list[Entry]:
    """Newest entry of a kind for each subject (or for the one named), by subject."""
    tag = str(kind.__struct_config__.tag)
    wanted = " AND subject = ?" if subject else ""
    return store.read(
        Entry,
        "SELECT * FROM event WHERE seq IN "  # noqa: S608 - only a fixed clause is joined in
        f"(SELECT max(seq) FROM event WHERE kind = ?{wanted} GROUP BY subject) ORDER BY subject",
        (tag, subject) if subject else (tag,),
    )


def history(store: Store, kind: type[Event], subject: str, limit: int = 1000) -> list[Entry]:
    """Entries of a kind about one subject, newest first."""
    return store.read(
        Entry,
        "SELECT * FROM event WHERE kind = ? AND subject = ? ORDER BY seq DESC LIMIT ?",
        (str(kind.__struct_config__.tag), subject, limit),
    )


def _columns_agree(entry: Entry) -> bool:
    event = entry.event()
    return (event.subject, str(type(event).__struct_config__.tag)) == (entry.subject, entry.kind)
