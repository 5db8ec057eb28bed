"""Taking alerts in: all of a request in one transaction, with what it causes."""

from collections.abc import Iterable, Sequence

import msgspec

from hisops.alerting import alert, heartbeat, incident, silence
from hisops.alerting.alert import Alert, Posted, Report
from hisops.alerting.desk import Desk
from hisops.alerting.incident import News
from hisops.alerting.silence import Active
from hisops.alerting.step import Step
from hisops.core.event import AlertAccepted
from hisops.core.model import Value
from hisops.core.store import Store, Transaction

_LAPSE_SECONDS = 15.0


class Taken(Value, frozen=True, kw_only=True):
    """What became of a request: alerts taken, and the mistake of each one left out."""

    accepted: int
    mistakes: tuple[str, ...] = ()


def take(step: Step, desk: Desk, posted: Iterable[Posted]) -> Taken:
    """Store alerts, join them to incidents and write the pages that follow."""
    silences = silence.active(step.transaction, step.now)
    touched: dict[int, News] = {}
    accepted, mistakes = 0, []
    for number, each in enumerate(posted):
        report = alert.report(each, step.now, desk.rota.pages)
        if report is None:
            mistakes.append(f"alert {number}: expected at least one label")
            continue
        _take(step, desk, report, touched)
        accepted += 1
    for id_, news in touched.items():
        incident.settle(step, desk, id_, silences, news)
    return Taken(accepted=accepted, mistakes=tuple(mistakes))


def list_lapsed(store: Store | Transaction, beats: dict[str, float], now: float) -> list[Alert]:
    """Firing alerts whose end has passed, while their sender still talks to us of others.

    Prometheus sets endsAt to a few send intervals ahead: it passes when a rule was removed.
    """
    last = beats.get(heartbeat.ANY_POST, 0.0)
    limit = min(now, last) - _LAPSE_SECONDS
    return store.read(
        Alert, "SELECT * FROM alert WHERE status = 'firing' AND ends_at < ?", (limit,)
    )


def lapse(step: Step, desk: Desk) -> None:
    """Resolve the lapsed alerts."""
    rows = list_lapsed(step.transaction, heartbeat.list_beats(step.transaction), step.now)
    for row in rows:
        _update(step, row.fingerprint, "resolved", row.starts_at, row.ends_at)
        _tell(step, row.incident, row.fingerprint, "lapsed", row.name, row.label)
    silences = silence.active(step.transaction, step.now)
    for id_ in sorted({row.incident for row in rows if row.incident is not None}):
        incident.settle(step, desk, id_, silences)


def settle_all(step: Step, desk: Desk) -> None:
    """Ask again about every incident that a silence may concern, after one began or ended."""
    silences: Sequence[Active] = silence.active(step.transaction, step.now)
    rows = step.transaction.read(
        incident.Incident, "SELECT * FROM incident WHERE state IN ('open', 'silenced')"
    )
    for row in rows:
        incident.settle(step, desk, row.id, silences)


def _take(step: Step, desk: Desk, report: Report, touched: dict[int, News]) -> None:
    """Store one alert; when it tells a change, note the incident that it touches."""
    if report.heartbeat and report.status == "firing":
        heartbeat.hear(step, report.heartbeat)
    known = step.transaction.read(
        Alert, "SELECT * FROM alert WHERE fingerprint = ?", (report.fingerprint,)
    )
    before = known[0] if known else None
    if before is not None and not _is_change(before, report):
        _update(step, before.fingerprint, report.status, before.starts_at, report.ends_at)
        return
    id_ = None
    if report.severity:
        id_, news = _join(step, desk, before, report)
        old = touched.get(id_, News())
        touched[id_] = News(old.joined or news.joined, old.passed or news.passed)
    _store(step, report, id_)
    _tell(step, id_, report.fingerprint, report.status, report.name, report.labels)


def _is_change(before: Alert, report: Report) -> bool:
    """Whether a post tells more than the one before: a new state, or a whole episode we missed."""
    if before.status != report.status:
        return True
    is_later = before.ends_at is not None and report.starts_at > before.ends_at
    return report.status == "resolved" and is_later


def _join(step: Step, desk: Desk, before: Alert | None, report: Report) -> tuple[int, News]:
    """The incident of a changed alert, and what people must hear."""
    was_firing = before is not None and before.status == "firing"
    if before is not None and before.incident is not None and was_firing:
        return before.incident, News()
    passed = report.status == "resolved"
    found = incident.find(step, report.incident_key)
    if found is None:
        team = report.labels.get("team", "")
        team = team if team in desk.rota.teams else desk.rota.fallback
        return incident.open_(step, report, team), News(not passed, passed)
    is_raised = incident.louder(step, found, report.severity)
    is_known = before is not None and before.incident == found.id
    return found.id, News(not passed and (is_raised or not is_known), passed)


def _store(step: Step, report: Report, id_: int | None) -> None:
    step.transaction.execute(
        "INSERT OR REPLACE INTO alert (fingerprint, incident, status, name, labels, annotations, "
        "url, starts_at, ends_at, seen_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            report.fingerprint,
            id_,
            report.status,
            report.name,
            msgspec.json.encode(report.labels).decode(),
            msgspec.json.encode(report.annotations).decode(),
            report.url,
            report.starts_at,
            report.ends_at,
            step.now,
        ),
    )


def _update(step: Step, print_: str, status: str, starts: float, ends: float | None) -> None:
    step.transaction.execute(
        "UPDATE alert SET status = ?, starts_at = ?, ends_at = ?, seen_at = ? WHERE fingerprint = ?",
        (status, starts, ends, step.now, print_),
    )


def _tell(
    step: Step, id_: int | None, print_: str, status: str, name: str, labels: dict[str, str]
) -> None:
    subject = f"#{print_}" if id_ is None else str(id_)
    step.tell(
        AlertAccepted(subject=subject, fingerprint=print_, status=status, name=name, labels=labels)
    )
