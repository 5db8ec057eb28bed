"""hisops inbox: mails and webhooks that the built-in inbox received."""

import asyncio
from pathlib import Path

import typer

from hisops.cli import show
from hisops.cli.wire import session

app = typer.Typer(help="The built-in inbox, for a site without a mail server.")


@app.command()
def run() -> None:
    """Take mail and webhooks until stopped, and keep each whole in the state folder.

    Example: hisops inbox run
    """
    from hisops.alerting import inbox
    from hisops.core.errors import OpsError

    running = session()
    sink = running.site.settings.inbox
    show.note(f"mail at {sink.mail}, webhooks at http://{sink.webhook}, kept in {_folder()}")
    try:
        asyncio.run(inbox.serve(running.io, _folder(), sink))
    except OSError as error:
        fix = "end the other program, or set inbox in site.yml"
        raise OpsError(f"{sink.mail} or {sink.webhook}: {error.strerror}", fix=fix) from None


@app.command("list")
def list_items() -> None:
    """List what has arrived, oldest first.

    Example: hisops inbox list
    """
    from hisops.alerting import inbox

    show.emit(inbox.list_items(session().io, _folder()))


@app.command("show")
def show_item(
    name: str = typer.Argument("last", help="Name from the list; default: newest."),
) -> None:
    """Show one mail or webhook whole.

    Example: hisops inbox show last
    """
    from hisops.alerting import inbox

    typer.echo(inbox.show(session().io, _folder(), name))


def _folder() -> str:
    return str(Path(session().site.state) / "inbox")
