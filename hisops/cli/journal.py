"""hisops journal: what happened, and the proof that nobody changed it."""

from typing import Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core import journal
from hisops.core.errors import Exit

app = typer.Typer(help="Read the journal and prove it whole.")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as people read it."""

    seq: int
    at: str
    kind: str
    subject: str
    actor: str
    data: msgspec.Raw


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the chain holds."""

    whole: bool
    entries: int
    last_hash: str
    cause: str = ""


@app.command("list")
def list_entries(
    kind: Annotated[str, typer.Option(help="Only this kind, for example backup.finished.")] = "",
    subject: Annotated[str, typer.Option(help="Only about this job, plan or incident.")] = "",
    last: Annotated[int, typer.Option(help="How many of the newest.")] = 20,
) -> None:
    """List the newest entries, oldest first.

    Example: hisops journal list --kind drill.finished --last 5
    """
    rows = session().store.read(
        journal.Entry,
        "SELECT * FROM event WHERE (? = '' OR kind = ?) AND (? = '' OR subject = ?) "
        "ORDER BY seq DESC LIMIT ?",
        (kind, kind, subject, subject, last),
    )
    show.emit([_line(entry) for entry in reversed(rows)])


@app.command()
def verify() -> int:
    """Check every entry against the one before it; exit 1 when one was changed.

    Example: hisops journal verify
    """
    entries = session().store.read(journal.Entry, "SELECT * FROM event ORDER BY seq")
    found = journal.verify(entries)
    last_hash = entries[-1].hash if entries else journal.GENESIS
    cause = found.cause if found else ""
    show.emit(Verdict(whole=not found, entries=len(entries), last_hash=last_hash, cause=cause))
    return Exit.FAILED if found else Exit.DONE


def _line(entry: journal.Entry) -> Line:
    return Line(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        subject=entry.subject,
        actor=entry.actor,
        data=msgspec.Raw(entry.data.encode()),
    )
