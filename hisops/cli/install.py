"""hisops install: the stack and the jobs as systemd units."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from hisops.cli import show
from hisops.cli.schedule import Change
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

_FOLDER = "/etc/systemd/system"


def command(
    folder: Annotated[str, typer.Option(help="Write the units here.")] = _FOLDER,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
) -> None:
    """Write systemd units for the stack and timers for the jobs, and start them.

    Without systemd, use `hisops up` and `hisops schedule install --with cron`.
    Example: hisops --site /srv/hisops install
    """
    from hisops.workflow import agenda, parts, schedule, service

    running = session()
    io, site = running.io, running.site
    if folder == _FOLDER and not Path("/run/systemd/system").is_dir():
        fix = "use: hisops up, and hisops schedule install --with cron"
        raise OpsError("this machine does not run systemd", fix=fix, code=Exit.REFUSED)
    user = getpass.getuser()
    files = service.units(site, user, folder)
    files += schedule.timers(site, agenda.jobs(io, site), user, folder)
    changed = schedule.differing(io, files)
    if not dry_run:
        for name in site.settings.stack:
            parts.load(name).prepare(io, site)
        for file in changed:
            io.write(file.path, file.text)
        if folder == _FOLDER:
            _enable([Path(file.path).name for file in files])
        agenda.publish(io, running.store, site)
    show.emit([Change(path=file.path, change="write") for file in changed])


def _enable(names: list[str]) -> None:
    io = session().io
    units = [name for name in names if name.endswith((".timer", ".target"))]
    for argv in (["daemon-reload"], ["enable", "--now", *units]):
        done = io.run(["systemctl", *argv], timeout=120)
        if done.code != 0:
            raise OpsError(f"systemctl {argv[0]}: {done.last_error}")
