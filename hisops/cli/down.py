"""hisops down: stop what up started."""

from hisops.cli import show
from hisops.cli.wire import session


def command() -> None:
    """Stop the embedded stack, exactly what `up` started; data stays.

    Example: hisops --site mysite down
    """
    from hisops.workflow import stack

    running = session()
    stopped = stack.down(running.io, running.store, running.site, actor=running.actor)
    show.emit(stopped)
