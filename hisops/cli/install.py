"""hisops install: the stack and the jobs as systemd units."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from hisops.cli import show
from hisops.cli.schedule import Change, systemctl
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

_FOLDER = "/etc/systemd/system"


def command(
    folder: Annotated[str, typer.Option(help="Write the units here.")] = _FOLDER,
    remove: Annotated[bool, typer.Option("--remove", help="Stop and remove the units.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
) -> None:
    """Write systemd units for the stack and timers for the jobs, and start them.

    Without systemd, use `hisops up` and `hisops schedule install --with cron`.
    Example: hisops --site /srv/hisops install
    """
    if folder == _FOLDER and not Path("/run/systemd/system").is_dir():
        fix = "use: hisops up, and hisops schedule install --with cron"
        raise OpsError("this machine does not run systemd", fix=fix, code=Exit.REFUSED)
    changes = _remove(folder, dry_run) if remove else _write(folder, dry_run)
    show.emit(changes)


def _write(folder: str, dry_run: bool) -> list[Change]:
    from hisops.workflow import agenda, privileged, schedule, service, stack, supervisor

    running = session()
    io, site, user = running.io, running.site, getpass.getuser()
    if supervisor.states(io, site):
        fix = f"stop it first: hisops --site {site.root} down"
        raise OpsError("the stack runs under `hisops up`", fix=fix, code=Exit.LOCKED)
    files = service.units(site, user, folder)
    files += schedule.timers(site, agenda.jobs(io, site), user, folder)
    files += privileged.units(site, folder)
    changed = schedule.differing(io, files)
    if not dry_run:
        stack.prepare(io, running.store, site, actor=running.actor, tell=show.note)
        for file in changed:
            io.write(file.path, file.text)
        if folder == _FOLDER:
            systemctl("daemon-reload")
            systemctl("enable", "--now", *_switched([file.path for file in files]))
        agenda.publish(io, running.store, site)
    return [Change(path=file.path, change="write") for file in changed]


def _remove(folder: str, dry_run: bool) -> list[Change]:
    from hisops.workflow import schedule

    running = session()
    paths = schedule.ours(running.io, running.site, folder, stack=True)
    if paths and not dry_run:
        if folder == _FOLDER:
            systemctl("disable", "--now", *_switched(paths))
            names = [Path(path).name for path in paths if path.endswith(".service")]
            systemctl("stop", *names)  # the target only asks them to stop; this waits
        for path in paths:
            running.io.remove(path)
        if folder == _FOLDER:
            systemctl("daemon-reload")
    return [Change(path=path, change="remove") for path in paths]


def _switched(paths: list[str]) -> list[str]:
    """The units that are switched on by themselves: the target and the timers."""
    return [Path(path).name for path in paths if path.endswith((".timer", ".target"))]
