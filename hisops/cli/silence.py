"""hisops silence: keep alerts from paging for a while, with a reason."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session

app = typer.Typer(help="Keep alerts from paging for a while.")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A silence in a list."""

    id: str
    state: str
    matchers: tuple[str, ...]
    until: datetime
    author: str
    reason: str


@app.command()
def add(
    matchers: Annotated[list[str], typer.Argument(help='For example instance=~"his-.*".')],
    length: Annotated[str, typer.Option("--for", help="How long, for example 2h.")],
    reason: Annotated[str, typer.Option(help="Why, for the journal.")],
) -> None:
    """Silence the alerts that fulfil all matchers; the silence ends by itself.

    Example: hisops silence add alertname=AgentDown instance=his-db --for 2h --reason "change 4711"
    """
    from hisops.alerting import intake, silence
    from hisops.alerting.step import change
    from hisops.cli.engine import desk
    from hisops.core.errors import Exit, OpsError
    from hisops.core.text import Duration

    try:
        seconds = Duration.parse(length).seconds
    except ValueError as error:
        cause = f"--for {length}: expected {error}"
        raise OpsError(cause, fix="say --for 2h", code=Exit.USAGE) from None
    running, conditions = session(), [silence.parse(text) for text in matchers]
    place = desk(running)
    with change(running.store, running.io, running.actor) as step:
        id_ = silence.add(
            step, conditions, starts_at=step.now, ends_at=step.now + seconds, reason=reason
        )
        intake.settle_all(step, place)
    show.emit([line for line in _lines() if line.id == id_])


@app.command("list")
def list_silences() -> None:
    """List the silences in effect or to come.

    Example: hisops silence list
    """
    show.emit(_lines())


@app.command()
def expire(id_: Annotated[str, typer.Argument(metavar="ID", help="From the list.")]) -> None:
    """End a silence now; what still fires pages at once.

    Example: hisops silence expire 4f0c2a77e1b3d290
    """
    from hisops.alerting import intake, silence
    from hisops.alerting.step import change
    from hisops.cli.engine import desk

    running = session()
    place = desk(running)
    with change(running.store, running.io, running.actor) as step:
        silence.expire(step, id_)
        intake.settle_all(step, place)
    show.emit(_lines())


def _lines() -> list[Line]:
    from zoneinfo import ZoneInfo

    from hisops.alerting import silence

    running = session()
    now, zone = running.io.now().timestamp(), ZoneInfo(running.site.settings.timezone)
    return [
        Line(
            id=row.id,
            state="active" if row.starts_at <= now else "pending",
            matchers=tuple(str(each) for each in row.conditions),
            until=datetime.fromtimestamp(row.ends_at, UTC).astimezone(zone),
            author=row.author,
            reason=row.reason,
        )
        for row in silence.list_silences(running.store, now)
    ]
