"""hisops incident: what somebody has to look at."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session

if TYPE_CHECKING:
    from hisops.alerting.incident import Incident

app = typer.Typer(help="List, acknowledge and resolve incidents.")
Number = Annotated[int, typer.Argument(help="Number of the incident.")]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An incident in a list."""

    id: int
    state: str
    severity: str
    team: str
    title: str
    opened: datetime
    acked_by: str


class Firing(msgspec.Struct, frozen=True, kw_only=True):
    """An alert of an incident."""

    name: str
    status: str
    instance: str
    since: datetime


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message about an incident."""

    kind: str
    round: int
    person: str
    channel: str
    state: str
    tries: int
    last_error: str


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """An incident with all that hangs on it."""

    id: int
    state: str
    severity: str
    team: str
    title: str
    system: str
    runbook: str
    opened: datetime
    acked_by: str
    resolved: datetime | None
    alerts: tuple[Firing, ...]
    messages: tuple[Message, ...]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a timeline."""

    at: str
    kind: str
    actor: str
    what: msgspec.Raw


@app.command("list")
def list_incidents(
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that are resolved.")
    ] = False,
    last: Annotated[int, typer.Option(help="How many of the newest.")] = 50,
) -> None:
    """List what is not resolved, oldest first.

    Example: hisops incident list --all --last 10
    """
    from hisops.alerting.incident import Incident

    rows = session().store.read(
        Incident,
        "SELECT * FROM incident WHERE ? OR state <> 'resolved' ORDER BY id DESC LIMIT ?",
        (int(everything), last),
    )
    show.emit([_line(row) for row in reversed(rows)])


@app.command("show")
def show_incident(number: Number) -> None:
    """Show an incident with its alerts and messages.

    Example: hisops incident show 12
    """
    from hisops.alerting import incident
    from hisops.alerting.alert import Alert
    from hisops.alerting.outbox import Row

    store = session().store
    found = incident.load(store, number)
    alerts = store.read(Alert, "SELECT * FROM alert WHERE incident = ?", (number,))
    rows = store.read(Row, "SELECT * FROM outbox WHERE incident = ?", (number,))
    show.emit(
        Whole(
            id=found.id,
            state=found.state,
            severity=found.severity,
            team=found.team,
            title=_title(found.title, found.title_zh),
            system=found.system,
            runbook=found.runbook,
            opened=_time(found.opened_at),
            acked_by=found.acked_by,
            resolved=_time(found.resolved_at) if found.resolved_at else None,
            alerts=tuple(
                Firing(
                    name=each.name,
                    status=each.status,
                    instance=each.label.get("instance", ""),
                    since=_time(each.starts_at),
                )
                for each in alerts
            ),
            messages=tuple(
                Message(
                    kind=row.kind,
                    round=row.round,
                    person=row.person,
                    channel=row.channel,
                    state=row.state,
                    tries=row.attempts,
                    last_error=row.last_error,
                )
                for row in rows
            ),
        )
    )


@app.command()
def ack(number: Number) -> None:
    """Say that you work on it: no more pages until it is resolved or something new joins it.

    Example: hisops incident ack 12
    """
    from hisops.alerting import incident
    from hisops.alerting.step import change

    running = session()
    with change(running.store, running.io, running.actor) as step:
        found = incident.acknowledge(step, number)
    show.emit(_line(found))


@app.command()
def resolve(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for the timeline.")] = "resolved by hand",
) -> None:
    """End an incident by hand; when its alert still fires, it opens again.

    Example: hisops incident resolve 12 --reason "disk replaced"
    """
    from hisops.alerting import incident
    from hisops.alerting.step import change

    running = session()
    with change(running.store, running.io, running.actor) as step:
        found = incident.close(step, number, reason)
    show.emit(_line(found))


@app.command()
def timeline(number: Number) -> None:
    """Show all that happened to an incident, from the journal.

    Example: hisops incident timeline 12
    """
    from hisops.core import journal

    rows = session().store.read(
        journal.Entry,
        "SELECT * FROM event WHERE subject = ? AND kind IN ('alert.accepted', 'incident.opened', "
        "'incident.changed', 'page.attempted') ORDER BY seq",
        (str(number),),
    )
    show.emit(
        [
            Moment(at=row.at, kind=row.kind, actor=row.actor, what=msgspec.Raw(row.data.encode()))
            for row in rows
        ]
    )


def _line(found: "Incident") -> Line:
    return Line(
        id=found.id,
        state=found.state,
        severity=found.severity,
        team=found.team,
        title=_title(found.title, found.title_zh),
        opened=_time(found.opened_at),
        acked_by=found.acked_by,
    )


def _title(english: str, chinese: str) -> str:
    return chinese if session().site.settings.language == "zh" else english


def _time(seconds: float) -> datetime:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(session().site.settings.timezone)
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)
