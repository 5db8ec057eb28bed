"""hisops top: the site at a glance, in a terminal."""

import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from hisops.cli import show
from hisops.cli.wire import Session, session
from hisops.core.text import Duration

if TYPE_CHECKING:
    from hisops.cli.top_rows import Table
    from hisops.workflow.scene import Scene


def command(
    once: Annotated[bool, typer.Option("--once", help="Print one frame as plain text.")] = False,
    every: Annotated[int, typer.Option(help="Seconds between two looks.", min=1)] = 5,
) -> None:
    """Watch systems, hosts and alerts; keys as in k9s: `?` shows them.

    --once prints one frame, as a pipe gets it, and --json gives the same as data.
    Example: hisops top
    """
    running = session()
    if running.as_json:
        show.emit(_look(running))
    elif once or not sys.stdout.isatty():
        _print_frame(running)
    else:
        from hisops.cli.top_screen import Top

        # Handed over, for the screen looks from a thread that knows no running command.
        look, text, now = partial(_look, running), partial(_text, running), partial(_now, running)
        Top(look, text, now, Duration(every)).run()


def _now(running: Session) -> datetime:
    """The time on the site's clocks."""
    return running.io.now().astimezone(ZoneInfo(running.site.settings.timezone))


def _look(running: Session) -> "Scene":
    """The scene now, with the thread's own connection to the journal closed again."""
    from hisops.workflow import scene

    try:
        return scene.read(running.io, running.store, running.site)
    finally:
        running.store.close()


def _text(running: Session, kind: str, key: str) -> str:
    """A runbook, or what the journal has about a thing, for people to read."""
    from hisops.core import journal
    from hisops.workflow import runbook

    if kind == "runbook":
        books, _ = runbook.read(running.io, running.site.root)
        return running.io.read(books[key].file) if key in books else "there is no runbook for this"
    entries = running.store.read(
        journal.Entry,
        "SELECT * FROM event WHERE subject = ? OR data LIKE ? ORDER BY seq DESC LIMIT 100",
        (key, f'%"{key}"%'),
    )
    lines = [f"{entry.at}  {entry.kind}  {entry.actor}  {entry.data}" for entry in entries]
    return "\n".join(lines) or "the journal has nothing about this"


def _print_frame(running: Session) -> None:
    from hisops.cli import top_rows
    from hisops.cli.top_rows import Pane, Seen

    seen = Seen(_look(running), 0.0)
    for text in top_rows.head(seen, _now(running)):
        show.line(text)
    for pane in (Pane.ALERTS, Pane.SYSTEMS, Pane.HOSTS):
        show.line(f"\n{pane.value.upper()}")
        for text in _lines(top_rows.table(seen, pane)):
            show.line(text)


def _lines(found: "Table") -> list[str]:
    """A table as aligned text."""
    if not found.rows:
        return ["none"]
    return show.columns(list(found.columns), [list(row) for row in found.rows])
