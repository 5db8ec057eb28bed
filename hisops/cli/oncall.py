"""hisops oncall: who is called, and whether the call arrives."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.alerting.outbox import Row

app = typer.Typer(help="Who is called, and whether the call arrives.")
_WAIT_SECONDS = 10.0


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """Who is called for a team."""

    team: str
    person: str
    name: str
    channels: tuple[str, ...]
    until: datetime
    then: tuple[str, ...]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a test page."""

    person: str
    channel: str
    state: str
    detail: str


@app.command()
def now() -> None:
    """Show who is on duty in each team now.

    Example: hisops oncall now
    """
    show.emit(_duties(session().io.now()))


@app.command()
def who(
    at: Annotated[str, typer.Option(help="A moment of the site's clock: 2026-10-01T03:00.")],
) -> None:
    """Show who is on duty at a moment.

    Example: hisops oncall who --at 2026-10-01T03:00
    """
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        fix = "write it as 2026-10-01T03:00"
        raise OpsError(f"--at {at}: not a moment", fix=fix, code=Exit.USAGE) from None
    zone = ZoneInfo(session().site.settings.timezone)
    show.emit(_duties(moment if moment.tzinfo else moment.replace(tzinfo=zone)))


@app.command("test-page")
def send_test(
    person: Annotated[str, typer.Argument(help="Key of a person [default: all on duty].")] = "",
) -> int:
    """Send a test by each channel of a person and wait for the providers' answers.

    Example: hisops oncall test-page zhang-wei
    """
    from hisops.alerting import outbox
    from hisops.alerting.outbox import Row
    from hisops.alerting.step import change
    from hisops.cli.engine import desk
    from hisops.core.text import did_you_mean

    running = session()
    place, people = desk(running), running.site.inventory.people
    wanted = [person] if person else sorted({duty.person for duty in _duties(running.io.now())})
    if person and person not in people:
        fix = did_you_mean(person, people) or "see inventory/teams.yml"
        raise OpsError(f"there is no person {person!r}", fix=fix, code=Exit.USAGE)
    with change(running.store, running.io, running.actor) as step:
        ids = [
            outbox.add(step, incident=None, round_=0, kind="test", person=key, channel=channel)
            for key in wanted
            for channel in place.person(key).channels
        ]
    marks, deadline = ",".join("?" * len(ids)), running.io.tick() + _WAIT_SECONDS
    sql = f"SELECT * FROM outbox WHERE id IN ({marks})"  # noqa: S608 - only question marks
    rows = running.store.read(Row, sql, ids)
    while any(row.state in ("pending", "sending") for row in rows):
        if running.io.tick() > deadline:
            break
        running.io.sleep(0.1)
        rows = running.store.read(Row, sql, ids)
    show.emit([_sent(row) for row in rows])
    return Exit.DONE if all(row.state == "accepted" for row in rows) else Exit.FAILED


def _duties(at: datetime) -> list[Duty]:
    from zoneinfo import ZoneInfo

    from hisops.alerting.rota import hands_over, on_call
    from hisops.cli.engine import desk

    running = session()
    place, zone = desk(running), ZoneInfo(running.site.settings.timezone)
    rows = []
    for team in place.rota.teams:
        first, *rest = on_call(place.rota, team, at)
        person = place.person(first)
        until = hands_over(place.rota, team, at).astimezone(zone)
        rows.append(
            Duty(
                team=team,
                person=first,
                name=person.name,
                channels=person.channels,
                until=until,
                then=tuple(rest),
            )
        )
    return rows


def _sent(row: "Row") -> Sent:
    waits = "waiting: does the engine run?" if row.state == "pending" and not row.attempts else ""
    return Sent(
        person=row.person,
        channel=row.channel,
        state=row.state,
        detail=waits or row.last_error or row.provider_id,
    )
