"""hisops drill: prove that backups can be restored."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.backup import choose
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError
from hisops.core.event import Assertion

app = typer.Typer(help="Restore backups into a scratch place and prove them.")

Plans = Annotated[list[str] | None, typer.Argument(help="Plans; all when none is named.")]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A drill that was run."""

    plan: str
    at: str
    copy: str
    passed: bool
    rto_seconds: float
    rpo_seconds: float
    failed: int
    evidence: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of one drill."""

    plan: str
    at: str
    copy: str
    snapshot: str
    passed: bool
    rto_seconds: float
    rpo_seconds: float
    cause: str
    evidence: str
    assertions: tuple[Assertion, ...]


@app.command()
def run(
    plans: Plans = None,
    copy: Annotated[str, typer.Option("--from", help="Copy to restore from, or local.")] = "",
) -> int:
    """Restore the newest backup of each plan, prove it, and take the scratch place down.

    Example: hisops drill run his-db --from offsite
    """
    from hisops.backup import drill

    running, passed = session(), []
    for plan in choose(plans):
        event = drill.run(
            running.io,
            running.store,
            running.site,
            plan,
            actor=running.actor,
            tell=show.note,
            copy=copy,
        )
        if event.cause:
            show.note(f"hisops: {plan.name}: {event.cause}")
        passed.append(event.passed)
    show.emit(_rows([plan.name for plan in choose(plans)], 1))
    return Exit.DONE if all(passed) else Exit.FINDINGS


@app.command("list")
def list_drills(
    plans: Plans = None,
    last: Annotated[int, typer.Option(help="How many of the newest of each plan.")] = 5,
) -> None:
    """List drills, newest first.

    Example: hisops drill list his-db
    """
    show.emit(_rows([plan.name for plan in choose(plans)], last))


@app.command("show")
def show_drill(plan: str) -> None:
    """Show the last drill of a plan with every assertion.

    Example: hisops drill show his-db
    """
    from hisops.core import journal
    from hisops.core.event import DrillFinished

    (chosen,) = choose([plan])
    for entry in journal.latest(session().store, DrillFinished, chosen.name):
        event = entry.event()
        if isinstance(event, DrillFinished):
            names = set(Report.__struct_fields__) - {"plan", "at"}
            values = {name: getattr(event, name) for name in names}
            show.emit(Report(plan=event.subject, at=entry.at, **values))
            if Path(event.evidence).is_dir():
                show.note(f"evidence: {event.evidence}/drill.md")
            return
    raise OpsError(
        f"{plan}: no drill was run yet", fix=f"hisops drill run {plan}", code=Exit.MISSING
    )


def _rows(plans: list[str], last: int) -> list[Row]:
    from hisops.core import journal
    from hisops.core.event import DrillFinished

    rows = []
    for plan in plans:
        for entry in journal.history(session().store, DrillFinished, plan, last):
            event = entry.event()
            if isinstance(event, DrillFinished):
                rows.append(
                    Row(
                        plan=plan,
                        at=entry.at,
                        copy=event.copy,
                        passed=event.passed,
                        rto_seconds=event.rto_seconds,
                        rpo_seconds=event.rpo_seconds,
                        failed=sum(not assertion.passed for assertion in event.assertions),
                        evidence=event.evidence,
                    )
                )
    return rows
