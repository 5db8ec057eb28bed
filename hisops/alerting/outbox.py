"""What is to be sent: written with the change that causes it, claimed by lease, sent, then marked.

States: pending → sending (lease) → accepted | pending again, later | failed | cancelled.
A row whose sender died is claimed again when its lease ends; its sender, should it wake up, holds an
old fence and can mark nothing (docs/decisions/0006-oncall-engine.md).
"""

from hisops.alerting.step import Step
from hisops.core.event import PageAttempted
from hisops.core.model import Value
from hisops.core.store import Store

LEASE_SECONDS, SEND_SECONDS = 4.0, 3.0
_LONGEST_WAIT_SECONDS = 30.0
_JITTER = 0.25  # of the wait, at most: what failed together does not come back together
_FUTURE_SECONDS = 60.0  # no row is due later than this: the clock was set back


class Row(Value, frozen=True, kw_only=True):
    """A row of the outbox table."""

    id: int
    dedupe_key: str
    token: str
    incident: int | None
    round: int
    kind: str
    person: str
    channel: str
    state: str
    created_at: float
    due: float
    lease_until: float | None
    lease_owner: str
    fence: int
    attempts: int
    done_at: float | None
    provider_id: str
    last_error: str


class _Oldest(Value, frozen=True, kw_only=True):
    at: float | None


class _Id(Value, frozen=True, kw_only=True):
    id: int


class _Count(Value, frozen=True, kw_only=True):
    n: int


def add(
    step: Step, *, incident: int | None, round_: int, kind: str, person: str, channel: str
) -> int:
    """Write one message to be sent; gives its id, 0 when the same one was written before."""
    token = step.new_id()
    # A test belongs to no incident and no round: each is a message of its own.
    scope = f"{incident}/{round_}" if incident is not None else token
    rows = step.transaction.read(
        _Id,
        "INSERT OR IGNORE INTO outbox "
        "(dedupe_key, token, incident, round, kind, person, channel, created_at, due) "
        "VALUES (?,?,?,?,?,?,?,?,?) RETURNING id",
        (
            f"{scope}/{person}/{channel}/{kind}",
            token,
            incident,
            round_,
            kind,
            person,
            channel,
            step.now,
            step.now,
        ),
    )
    return rows[0].id if rows else 0


def has_work(store: Store, now: float) -> bool:
    """Whether a message may be claimed; costs no lock."""
    return bool(store.read(_Count, f"SELECT 1 AS n {_CLAIMABLE} LIMIT 1", _when(now)))


def claim(step: Step, owner: str) -> Row | None:
    """Take the message that waits longest, for LEASE_SECONDS; None when there is none."""
    rows = step.transaction.read(
        Row,
        f"SELECT o.* {_CLAIMABLE} ORDER BY o.due, o.id LIMIT 1",
        _when(step.now),
    )
    if not rows:
        return None
    step.transaction.execute(
        "UPDATE outbox SET state = 'sending', lease_until = ?, lease_owner = ?, fence = fence + 1, "
        "attempts = attempts + 1 WHERE id = ?",
        (step.now + LEASE_SECONDS, owner, rows[0].id),
    )
    return get(step, rows[0].id)


def get(step: Step, id_: int) -> Row:
    """The row as it is now."""
    return step.transaction.read(Row, "SELECT * FROM outbox WHERE id = ?", (id_,))[0]


def accept(step: Step, row: Row, provider_id: str) -> bool:
    """Mark that the provider took it; False when another sender owns the row by now."""
    mine = _mark(step, row, state="accepted", due=row.due, provider_id=provider_id)
    _tell(step, row, "accepted" if mine else "accepted late", provider_id)
    return mine


def retry(step: Step, row: Row, error: str) -> bool:
    """Mark that the try failed and when the next one is; False as `accept`."""
    wait = min(_LONGEST_WAIT_SECONDS, 2.0 ** min(row.attempts, 10))
    wait *= 1 + _JITTER * int(step.new_id(), 16) / 2**64
    mine = _mark(step, row, state="pending", due=step.now + wait, error=error)
    if error != row.last_error or row.attempts.bit_count() == 1 or not mine:
        # A weekend without mail must not fill the journal: the same failure is told at try 1, 2, 4, 8 ...
        _tell(step, row, "retry" if mine else "failed late", error)
    return mine


def fail(step: Step, row: Row, error: str) -> bool:
    """Mark that it will never be taken; False as `accept`."""
    mine = _mark(step, row, state="failed", due=row.due, error=error)
    _tell(step, row, "failed" if mine else "failed late", error)
    return mine


def drop(step: Step, row: Row, reason: str) -> None:
    """Mark a claimed message as not wanted any more."""
    _mark(step, row, state="cancelled", due=row.due, error=reason)
    _tell(step, row, "cancelled", reason)


def cancel_pages(step: Step, incident: int, reason: str) -> int:
    """Take back the pages of an incident that nobody has claimed; gives how many."""
    rows = step.transaction.read(
        Row,
        "SELECT * FROM outbox WHERE incident = ? AND kind = 'page' AND state = 'pending'",
        (incident,),
    )
    for row in rows:
        step.transaction.execute(
            "UPDATE outbox SET state = 'cancelled', done_at = ?, last_error = ? WHERE id = ?",
            (step.now, reason, row.id),
        )
        _tell(step, row, "cancelled", reason)
    return len(rows)


def is_page_waiting(step: Step, incident: int) -> bool:
    """Whether a page of the incident is still to be rendered: it will tell the newest state."""
    sql = "SELECT count(*) AS n FROM outbox WHERE incident = ? AND kind = 'page' AND state = 'pending'"
    return step.transaction.read(_Count, sql, (incident,))[0].n > 0


def was_accepted(step: Step, row: Row) -> bool:
    """Whether another channel or person has taken the same page."""
    sql = (
        "SELECT count(*) AS n FROM outbox "
        "WHERE incident = ? AND round = ? AND kind = ? AND state = 'accepted'"
    )
    return step.transaction.read(_Count, sql, (row.incident, row.round, row.kind))[0].n > 0


def told(step: Step, incident: int) -> list[tuple[str, str]]:
    """Person and channel of each page that was, may have been or was about to be sent."""
    rows = step.transaction.read(
        Row,
        "SELECT * FROM outbox WHERE incident = ? AND kind = 'page' "
        "AND (state IN ('accepted', 'pending', 'sending') OR attempts > 0 AND state <> 'failed')",
        (incident,),
    )
    return sorted({(row.person, row.channel) for row in rows})


def oldest_seconds(store: Store, now: float) -> float:
    """Age of the oldest message that no provider has taken yet; 0 when there is none."""
    sql = "SELECT min(created_at) AS at FROM outbox WHERE state IN ('pending', 'sending') LIMIT 1"
    oldest = store.read(_Oldest, sql)[0].at
    return 0.0 if oldest is None else max(0.0, now - oldest)


# A message waits behind an earlier one to the same person and channel about the same incident.
_CLAIMABLE = """
FROM outbox AS o WHERE o.state IN ('pending', 'sending')
AND (o.state = 'pending' AND (o.due <= ? OR o.due > ?)
     OR o.state = 'sending' AND (o.lease_until <= ? OR o.lease_until > ?))
AND NOT EXISTS (
    SELECT 1 FROM outbox AS b WHERE b.incident = o.incident AND b.id < o.id
    AND b.person = o.person AND b.channel = o.channel AND b.state = 'sending')
"""


def _when(now: float) -> tuple[float, float, float, float]:
    return now, now + _FUTURE_SECONDS, now, now + _FUTURE_SECONDS


def _mark(
    step: Step, row: Row, *, state: str, due: float, provider_id: str = "", error: str = ""
) -> bool:
    done = None if state == "pending" else step.now
    touched = step.transaction.execute(
        "UPDATE outbox SET state = ?, due = ?, lease_until = NULL, done_at = ?, provider_id = ?, "
        "last_error = ? WHERE id = ? AND fence = ? AND state = 'sending'",
        (state, due, done, provider_id, error, row.id, row.fence),
    )
    return touched == 1


def _tell(step: Step, row: Row, result: str, detail: str) -> None:
    subject = str(row.incident) if row.incident is not None else "test"
    step.tell(
        PageAttempted(
            subject=subject,
            outbox=row.id,
            person=row.person,
            channel=row.channel,
            notice=row.kind,
            result=result,
            detail=detail,
        )
    )
