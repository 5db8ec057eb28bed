"""hisops check: every mistake in the site's files."""

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit


def command() -> int:
    """Check the whole site; exit 2 when something is wrong.

    Each mistake is told with its file, its line and what to do. Example: hisops --site mysite check
    """
    from hisops.workflow import site_check

    found = site_check.report(session().machine, session().root)
    if session().as_json:
        show.emit(found)
    for problem in found.problems:
        show.line(f"{problem.place}: {problem.cause}")
        if problem.fix:
            show.line(f"  what to do: {problem.fix}")
    if found.problems:
        show.note(f"{len(found.problems)} mistakes in {found.line}")
        return Exit.USAGE
    show.line(f"no mistakes in {found.line}")
    return Exit.DONE
