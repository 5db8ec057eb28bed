"""hisops backup: run plans, copy them off-site, look at what there is."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

if TYPE_CHECKING:
    from hisops.backup.plan import Plan
    from hisops.core.event import BackupFinished

app = typer.Typer(help="Back up by the plans in backup/, and look at what there is.")

Plans = Annotated[list[str] | None, typer.Argument(help="Plans; all when none is named.")]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """How a run into one repository ended."""

    plan: str
    copy: str
    state: str
    snapshot: str
    files: int
    size_bytes: int
    added_bytes: int
    seconds: float
    cause: str
    fix: str


@app.command()
def run(
    plans: Plans = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at the sources, and do nothing.")
    ] = False,
) -> int:
    """Back up, prove what was stored, and copy it off-site.

    Example: hisops backup run his-db
    """
    from hisops.backup import run as work

    running, chosen = session(), choose(plans)
    if dry_run:
        show.emit([work.survey(running.io, running.site, plan) for plan in chosen])
        return Exit.DONE
    events = []
    for plan in chosen:
        events += work.run(
            running.io, running.store, running.site, plan, actor=running.actor, tell=show.note
        )
    return _end(events)


@app.command()
def copy(plans: Plans = None) -> int:
    """Copy what the off-site repositories lack.

    Example: hisops backup copy his-db
    """
    from hisops.backup import run as work

    running, events = session(), []
    for plan in choose(plans):
        events += work.copy(
            running.io, running.store, running.site, plan, actor=running.actor, tell=show.note
        )
    return _end(events)


@app.command("list")
def list_runs(
    plans: Plans = None,
    last: Annotated[int, typer.Option(help="How many of the newest of each copy.")] = 10,
    offsite: Annotated[
        bool, typer.Option("--offsite", help="Ask the off-site repositories, too.")
    ] = False,
) -> None:
    """List runs by the journal, and whether the repository still has them.

    Example: hisops backup list his-db --offsite
    """
    from hisops.backup import stock

    running, kept = session(), []
    for plan in choose(plans):
        kept += stock.list_runs(
            running.io, running.store, running.site, plan, last=last, offsite_too=offsite
        )
    show.emit(kept)


@app.command()
def check(
    plans: Plans = None,
    read_data: Annotated[
        bool, typer.Option("--read-data", help="Read every byte; slow, and the only full proof.")
    ] = False,
) -> int:
    """Check that the repositories are whole and hold what the journal says.

    Example: hisops backup check --read-data
    """
    from hisops.backup import stock

    running = session()
    rows: list[stock.Checked] = []
    for plan in choose(plans):
        rows += stock.check(
            running.io, running.store, running.site, plan, read_data=read_data, tell=show.note
        )
    show.emit(rows)
    return _worst([(row.plan, row.state) for row in rows])


@app.command()
def init(
    plan: str,
    copy: Annotated[str, typer.Option(help="The copy, or local.")] = "local",
) -> None:
    """Make a repository anew after its loss. The first time, `run` does it by itself.

    Example: hisops backup init his-db --copy offsite
    """
    from hisops.backup import run as work

    running, (chosen,) = session(), choose([plan])
    work.initialise(running.io, running.store, running.site, chosen, copy, actor=running.actor)
    show.note(f"{plan}: {copy} is a fresh repository")


@app.command()
def accept(
    plan: str,
    because: Annotated[str, typer.Option(help="Why the last run is right; kept in the journal.")],
) -> None:
    """Accept the last suspicious run of a plan, for example after a large deletion that was meant.

    Example: hisops backup accept his-db --because "archive 2019 was moved to tape"
    """
    from hisops.backup import run as work

    running, (chosen,) = session(), choose([plan])
    work.accept(
        running.io, running.store, running.site, chosen, because=because, actor=running.actor
    )
    show.note(f"{plan}: the last run counts as good")


def choose(names: list[str] | None) -> "list[Plan]":
    """The plans named on the command line, all when none is; raises OpsError for unknown ones."""
    from hisops.backup import plan
    from hisops.core.site import tell
    from hisops.core.text import did_you_mean

    running = session()
    plans, problems = plan.read(running.io, running.site.root, running.site.state)
    if problems:
        first = tell(running.io, running.site.root, problems)[0]
        raise OpsError(f"{first.place}: {first.cause}", fix=first.fix, code=Exit.USAGE)
    for name in names or []:
        if name not in plans:
            fix = did_you_mean(name, plans) or f"known: {', '.join(plans) or 'none'}"
            raise OpsError(f"there is no plan {name!r}", fix=fix, code=Exit.USAGE)
    return [plans[name] for name in names or plans]


def _end(events: "list[BackupFinished]") -> int:
    for event in events:
        if event.cause:
            show.note(f"hisops: {event.subject}: {event.cause}")
            show.note(f"  what to do: {event.fix}")
    show.emit(
        [
            Row(
                plan=event.subject,
                copy=event.copy,
                state=event.state,
                snapshot=event.snapshot[:8],
                files=event.files,
                size_bytes=event.size_bytes,
                added_bytes=event.added_bytes,
                seconds=event.seconds,
                cause=event.cause,
                fix=event.fix,
            )
            for event in events
        ]
    )
    return _worst([(event.subject, event.state) for event in events])


def _worst(states: list[tuple[str, str]]) -> int:
    """The code of a plan is that of its first bad state; plans that differ are partly done."""
    from hisops.backup.state import State

    codes: dict[str, int] = {}
    for plan, state in states:
        codes[plan] = codes.get(plan) or State(state).exit
    found = set(codes.values()) or {Exit.DONE}
    if len(found) == 1:
        return found.pop()
    return Exit.PARTIAL if Exit.DONE in found else Exit.FAILED
