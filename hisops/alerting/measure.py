"""What the engine tells Prometheus of itself."""

from collections.abc import Mapping

from hisops.alerting import heartbeat, outbox
from hisops.core.metric import Family, Sample, expose
from hisops.core.model import Value
from hisops.core.store import Store

_ACCEPTED = Family("hisops_engine_alerts_accepted_total", "counter", "Alerts taken in.")
_SENT = Family("hisops_engine_sends_total", "counter", "Tries to send, by result.")
_WAITING = Family("hisops_engine_outbox_waiting", "gauge", "Messages not yet taken by a provider.")
_OLDEST = Family("hisops_engine_outbox_oldest_seconds", "gauge", "Age of the oldest of them.")
_OPEN = Family("hisops_engine_incidents", "gauge", "Incidents that are not resolved, by state.")
_BEAT = Family("hisops_engine_heartbeat_seconds", "gauge", "When a heartbeat was last heard.")
_START = Family("process_start_time_seconds", "gauge", "Start of the process since 1970.")
_MEMORY = Family("process_resident_memory_bytes", "gauge", "Memory in use.")
_STATES = ("open", "acked", "silenced")


class _State(Value, frozen=True, kw_only=True):
    state: str
    n: int


class _Count(Value, frozen=True, kw_only=True):
    n: int


def page(
    store: Store,
    now: float,
    *,
    accepted: int,
    results: Mapping[str, int],
    started: float,
    memory_bytes: int,
) -> str:
    """The exposition page."""
    waiting = store.read(
        _Count, "SELECT count(*) AS n FROM outbox WHERE state IN ('pending', 'sending')"
    )[0]
    rows = store.read(
        _State,
        "SELECT state, count(*) AS n FROM incident WHERE state <> 'resolved' GROUP BY state",
    )
    counts = {row.state: row.n for row in rows}
    beats = heartbeat.list_beats(store)
    return expose(
        [
            Sample(_ACCEPTED, accepted),
            *(Sample(_SENT, n, (("result", name),)) for name, n in sorted(results.items())),
            Sample(_WAITING, waiting.n),
            Sample(_OLDEST, round(outbox.oldest_seconds(store, now), 3)),
            *(Sample(_OPEN, counts.get(state, 0), (("state", state),)) for state in _STATES),
            *(Sample(_BEAT, at, (("heartbeat", name),)) for name, at in beats.items() if name),
            Sample(_START, started),
            Sample(_MEMORY, memory_bytes),
        ]
    )
