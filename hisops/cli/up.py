"""hisops up: run the site on this machine."""

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit


def command() -> int:
    """Start the embedded stack, prove it once (backup, drill, audits) and show the status.

    A second run changes nothing. Example: hisops --site mysite up
    """
    from hisops.cli import status
    from hisops.workflow import stack

    running = session()
    outcome = stack.up(running.io, running.store, running.site, actor=running.actor, tell=show.note)
    status.command()
    return Exit.DONE if outcome else Exit.PARTIAL
