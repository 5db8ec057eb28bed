"""Incidents: what somebody has to look at, from the first alert until all are resolved."""

from collections.abc import Sequence
from typing import NamedTuple

from hisops.alerting import outbox, silence
from hisops.alerting.alert import Alert, Report
from hisops.alerting.desk import Desk
from hisops.alerting.rota import on_call
from hisops.alerting.silence import Active
from hisops.alerting.step import Step
from hisops.core.errors import Exit, OpsError
from hisops.core.event import IncidentChanged, IncidentOpened
from hisops.core.model import Value
from hisops.core.store import Store, Transaction

REOPEN_SECONDS = 900.0
_HELD_SECONDS = 30.0
_LOUDNESS = {"critical": 2, "warning": 1}


class Incident(Value, frozen=True, kw_only=True):
    """A row of the incident table."""

    id: int
    key: str
    state: str
    severity: str
    team: str
    title: str
    title_zh: str
    system: str
    runbook: str
    round: int
    next_at: float | None
    opened_at: float
    acked_at: float | None
    acked_by: str
    resolved_at: float | None


class News(NamedTuple):
    """Why people must hear of an incident anew, even when it is acknowledged.

    `joined`: an alert joined it or became louder. `passed`: one came and went before we heard.
    """

    joined: bool = False
    passed: bool = False


NO_NEWS = News()


def load(reader: Store | Transaction, id_: int) -> Incident:
    """The incident; raises OpsError MISSING when there is none."""
    rows = reader.read(Incident, "SELECT * FROM incident WHERE id = ?", (id_,))
    if not rows:
        fix = "hisops incident list shows them"
        raise OpsError(f"there is no incident {id_}", fix=fix, code=Exit.MISSING)
    return rows[0]


def get(step: Step, id_: int) -> Incident:
    """The incident inside a change; raises OpsError as `load`."""
    return load(step.transaction, id_)


def find(step: Step, key: str) -> Incident | None:
    """The live incident of a key, or the one that was resolved a moment ago."""
    rows = step.transaction.read(
        Incident,
        "SELECT * FROM incident WHERE key = ? AND (state <> 'resolved' OR resolved_at > ?) "
        "ORDER BY id DESC LIMIT 1",
        (key, step.now - REOPEN_SECONDS),
    )
    return rows[0] if rows else None


def open_(step: Step, report: Report, team: str) -> int:
    """Make an incident; it pages when it is settled."""
    key, notes = report.incident_key, report.annotations
    title = notes.get("summary") or key
    step.transaction.execute(
        "INSERT INTO incident (key, state, severity, team, title, title_zh, system, runbook, opened_at)"
        " VALUES (?,'open',?,?,?,?,?,?,?)",
        (
            key,
            report.severity,
            team,
            title,
            notes.get("summary_zh") or title,
            report.labels.get("system", ""),
            notes.get("runbook", ""),
            step.now,
        ),
    )
    found = find(step, key)
    assert found is not None  # noqa: S101 - it was just written
    step.tell(
        IncidentOpened(
            subject=str(found.id),
            title=title,
            severity=report.severity,
            team=team,
            runbook=found.runbook,
        )
    )
    return found.id


def settle(
    step: Step, desk: Desk, id_: int, silences: Sequence[Active], news: News = NO_NEWS
) -> None:
    """Bring an incident into the state that its alerts and the silences demand."""
    found = get(step, id_)
    firing = _firing(step, id_)
    covers = [silence.covering(silences, alert.label) for alert in firing] if silences else [None]
    if not firing:
        if news.passed:
            _tell_passed(step, desk, found, silences)
        if found.state != "resolved":
            resolve(step, get(step, id_), "all alerts are resolved")
    elif all(covers):
        if found.state in ("open", "resolved"):
            longest = max((c for c in covers if c), key=lambda c: c.until)
            _suppress(step, found, f"silence {longest.id}: {longest.reason}")
    elif found.state in ("silenced", "resolved") or news.joined:
        _open(step, desk, found)


def page(step: Step, desk: Desk, found: Incident) -> None:
    """Write the next round of pages: to the person on duty, as loud as the severity demands."""
    paging = desk.paging(found.severity)
    if paging is None:
        return
    _write_round(step, desk, found, "page", everywhere=paging.channels == "all")
    step.transaction.execute(
        "UPDATE incident SET next_at = ? WHERE id = ?",
        (step.now + paging.repeat.seconds, found.id),
    )


def acknowledge(step: Step, id_: int) -> Incident:
    """Note that somebody works on it; takes back what is not yet claimed. Raises OpsError."""
    found = get(step, id_)
    if found.state == "resolved":
        raise OpsError(f"incident {id_} is resolved already", code=Exit.REFUSED)
    if found.state == "acked":
        return found
    step.transaction.execute(
        "UPDATE incident SET state = 'acked', acked_at = ?, acked_by = ?, next_at = NULL WHERE id = ?",
        (step.now, step.actor, id_),
    )
    outbox.cancel_pages(step, id_, f"acknowledged by {step.actor}")
    step.tell(IncidentChanged(subject=str(id_), state="acked"))
    return get(step, id_)


def close(step: Step, id_: int, reason: str) -> Incident:
    """Resolve by hand; an alert that still fires opens it again. Raises OpsError."""
    found = get(step, id_)
    if found.state != "resolved":
        step.transaction.execute(
            "UPDATE alert SET status = 'resolved', ends_at = ? WHERE incident = ? AND status = 'firing'",
            (step.now, id_),
        )
        resolve(step, found, reason)
    return get(step, id_)


def resolve(step: Step, found: Incident, reason: str) -> None:
    """End an incident and tell those who were paged."""
    people = outbox.told(step, found.id) if found.state != "silenced" else []
    outbox.cancel_pages(step, found.id, reason)
    for person, channel in people:
        outbox.add(
            step,
            incident=found.id,
            round_=found.round,
            kind="resolved",
            person=person,
            channel=channel,
        )
    step.transaction.execute(
        "UPDATE incident SET state = 'resolved', resolved_at = ?, next_at = NULL WHERE id = ?",
        (step.now, found.id),
    )
    step.tell(IncidentChanged(subject=str(found.id), state="resolved", note=reason))


def louder(step: Step, found: Incident, severity: str) -> bool:
    """Raise an incident's severity when an alert is louder; says whether it was."""
    if _LOUDNESS.get(severity, 0) <= _LOUDNESS.get(found.severity, 0):
        return False
    step.transaction.execute("UPDATE incident SET severity = ? WHERE id = ?", (severity, found.id))
    return True


def list_due(store: Store, now: float, longest: float) -> list[int]:
    """Ids of open incidents to page again; one whose timer is missing or absurd is due, too."""
    rows = store.read(
        Incident,
        "SELECT * FROM incident WHERE state = 'open' "
        "AND (next_at IS NULL OR next_at <= ? OR next_at > ?)",
        (now, now + longest),
    )
    return [row.id for row in rows]


def page_again(step: Step, desk: Desk, id_: int, longest: float) -> bool:
    """Page an incident whose time has come; False when another engine did, or one is waiting."""
    found = get(step, id_)
    timer = found.next_at or 0.0
    if found.state != "open" or step.now < timer <= step.now + longest:
        return False
    if outbox.is_page_waiting(step, id_):
        step.transaction.execute(
            "UPDATE incident SET next_at = ? WHERE id = ?", (step.now + _HELD_SECONDS, id_)
        )
        return False
    page(step, desk, found)
    return True


def _write_round(step: Step, desk: Desk, found: Incident, kind: str, *, everywhere: bool) -> None:
    person = on_call(desk.rota, found.team, step.at)[0]
    channels = desk.person(person).channels
    number = found.round + 1
    for channel in channels if everywhere else channels[:1]:
        outbox.add(
            step, incident=found.id, round_=number, kind=kind, person=person, channel=channel
        )
    step.transaction.execute("UPDATE incident SET round = ? WHERE id = ?", (number, found.id))


def _tell_passed(step: Step, desk: Desk, found: Incident, silences: Sequence[Active]) -> None:
    """Tell the person on duty of an alert that came and went before we heard of it."""
    alerts = step.transaction.read(Alert, "SELECT * FROM alert WHERE incident = ?", (found.id,))
    if not all(silence.covering(silences, alert.label) for alert in alerts):
        _write_round(step, desk, found, "resolved", everywhere=False)


def _open(step: Step, desk: Desk, found: Incident) -> None:
    if found.state != "open":
        step.transaction.execute(
            "UPDATE incident SET state = 'open', acked_at = NULL, acked_by = '', resolved_at = NULL "
            "WHERE id = ?",
            (found.id,),
        )
        step.tell(IncidentChanged(subject=str(found.id), state="open", note=f"was {found.state}"))
    if not outbox.is_page_waiting(step, found.id):
        page(step, desk, found)


def _suppress(step: Step, found: Incident, reason: str) -> None:
    step.transaction.execute(
        "UPDATE incident SET state = 'silenced', next_at = NULL, resolved_at = NULL WHERE id = ?",
        (found.id,),
    )
    outbox.cancel_pages(step, found.id, reason)
    step.tell(IncidentChanged(subject=str(found.id), state="suppressed", note=reason))


def _firing(step: Step, id_: int) -> list[Alert]:
    return step.transaction.read(
        Alert, "SELECT * FROM alert WHERE incident = ? AND status = 'firing'", (id_,)
    )
