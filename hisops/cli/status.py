"""hisops status: how the site is now."""

from hisops.cli import show
from hisops.cli.wire import session


def command() -> None:
    """Show the parts, systems, alerts, who is on call, and what is proven, with the age of each fact.

    Example: hisops --site mysite status --json
    """
    from hisops.workflow import status

    running = session()
    found = status.read(running.io, running.store, running.site)
    if running.as_json:
        show.emit(found)
        return
    show.line(f"{found.site}: {found.light.value.upper()} at {found.at:%F %T %Z}")
    show.line(f"state in {found.state}\n")
    for title, rows in (
        ("PARTS", found.parts),
        ("SYSTEMS", found.systems),
        ("ALERTS", found.alerts),
        ("BACKUPS", found.backups),
        ("DRILLS", found.drills),
        ("AUDITS", found.audits),
        ("JOBS", found.jobs),
    ):
        if rows is None:
            show.line(f"{title}: unknown, Prometheus does not answer\n")
        elif rows:
            show.emit(rows, title=title, hide=("at",))
            show.line("")
    duty = ", ".join(f"{team}: {person}" for team, person in found.oncall.items())
    show.line(f"ON CALL  {duty or 'nobody'}")
