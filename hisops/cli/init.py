"""hisops init: start a site."""

from typing import Annotated

import typer

from hisops.cli import show
from hisops.cli.wire import session


def command(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Folder of the new site.")],
    reference: Annotated[
        bool, typer.Option("--reference", help="Start from the 1000-bed reference hospital.")
    ] = False,
    name: Annotated[str, typer.Option(help="Name of the site [default: the folder's].")] = "",
    port_base: Annotated[
        int, typer.Option(help="First port, when the default ones are taken: 19022 and up.")
    ] = 0,
    git: Annotated[bool, typer.Option(help="Put it under git when git is there.")] = True,
) -> None:
    """Start a site for this machine in a new folder; a site that is there stays as it is.

    Example: hisops init mysite --port-base 21000
    """
    from hisops.workflow.site_start import Start, start

    wish = Start(folder=folder, name=name, reference=reference, port_base=port_base, git=git)
    done = start(session().machine, wish)
    if not done.made:
        show.note(f"{done.site} is a site already: nothing was changed")
    show.emit(done)
