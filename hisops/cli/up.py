"""hisops up: run the site on this machine."""

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit


def command() -> int:
    """Start the embedded stack, prove it once (backup, drill, audits) and show the status.

    A second run changes nothing. Example: hisops --site mysite up
    """
    from hisops.cli import status
    from hisops.workflow import schedule, stack

    running = session()
    outcome = stack.up(running.io, running.store, running.site, actor=running.actor, tell=show.note)
    status.command()
    if not schedule.is_installed(running.io, running.site):
        show.note("nothing runs the jobs regularly yet, so their absence will page somebody")
        show.note(f"  what to do: hisops --site {running.root} schedule install")
    return Exit.DONE if outcome else Exit.PARTIAL
