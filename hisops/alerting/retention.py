"""How long the tables of the engine remember what is over; the journal remembers it for ever."""

from hisops.alerting.step import change
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.store import Store

KEPT_SECONDS = 30 * 86400.0
BATCH = 500  # rows of a table in one transaction: a page does not wait long for its end

# What belongs to a live incident stays: it says who was told, and which alerts are known.
_OVER = {
    "alert": """
        SELECT fingerprint AS mark FROM alert WHERE status = 'resolved' AND seen_at < ?1
        AND (incident IS NULL OR incident NOT IN
            (SELECT id FROM incident WHERE state <> 'resolved' OR resolved_at >= ?1)) LIMIT ?2""",
    "outbox": """
        SELECT id AS mark FROM outbox WHERE done_at < ?1 AND state <> 'pending'
        AND state <> 'sending' AND (incident IS NULL OR incident NOT IN
            (SELECT id FROM incident WHERE state <> 'resolved' OR resolved_at >= ?1)) LIMIT ?2""",
}
_DELETE = {
    "alert": "DELETE FROM alert WHERE fingerprint = ?",
    "outbox": "DELETE FROM outbox WHERE id = ?",
}


class _Row(Value, frozen=True, kw_only=True):
    mark: str | int


def prune(io: Io, store: Store) -> bool:
    """Delete a batch of each table's rows that ended KEPT_SECONDS ago; whether more may be left."""
    limit = io.now().timestamp() - KEPT_SECONDS
    # Asked outside a transaction first: that costs no lock.
    if not any(store.read(_Row, sql, (limit, 1)) for sql in _OVER.values()):
        return False
    with change(store, io, "engine") as step:
        largest = 0
        for table, sql in _OVER.items():
            rows = step.transaction.read(_Row, sql, (limit, BATCH))
            for row in rows:
                step.transaction.execute(_DELETE[table], (row.mark,))
            largest = max(largest, len(rows))
    return largest == BATCH
