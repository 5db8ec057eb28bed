"""Heartbeats: alerts that fire always, so that silence tells of a cut path to the pager."""

from datetime import datetime, timedelta

from hisops.alerting.alert import Alert, Posted
from hisops.alerting.step import Step
from hisops.core.model import Value
from hisops.core.store import Store, Transaction

ANY_POST = ""  # stands for every request, whatever is in it
# Prometheus repeats a firing alert every 10 s as we configure it, every 60 s by default.
LATE_SECONDS = 90.0
_ALERT = "HeartbeatMissing"


class Beat(Value, frozen=True, kw_only=True):
    """When a heartbeat was last heard."""

    name: str
    seen_at: float


def hear(step: Step, name: str) -> None:
    """Note that a heartbeat was heard now."""
    step.transaction.execute(
        "INSERT INTO heartbeat (name, seen_at) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
        (name, step.now),
    )


def list_beats(store: Store | Transaction) -> dict[str, float]:
    """When each heartbeat was last heard."""
    return {row.name: row.seen_at for row in store.read(Beat, "SELECT * FROM heartbeat")}


def late(beats: dict[str, float], now: float) -> set[str]:
    """Heartbeats that should have been heard again by now."""
    return {name for name, at in beats.items() if name != ANY_POST and now - at > LATE_SECONDS}


def reported(store: Store) -> set[str]:
    """Heartbeats whose loss fires as an alert now."""
    rows = store.read(Alert, "SELECT * FROM alert WHERE name = ? AND status = 'firing'", (_ALERT,))
    return {row.label.get("source", "") for row in rows}


def loss(name: str, at: datetime, *, is_over: bool) -> Posted:
    """The alert that tells a lost heartbeat, or its return."""
    return Posted(
        labels={"alertname": _ALERT, "source": name, "severity": "critical"},
        annotations={
            "summary": f"the heartbeat {name} is missing: alerts may not reach this engine",
            "summary_zh": f"心跳 {name} 丢失:告警可能无法送达值班引擎",
            "runbook": "monitoring-down",
        },
        starts_at=None if not is_over else at - timedelta(seconds=LATE_SECONDS),
        ends_at=at if is_over else None,
    )
