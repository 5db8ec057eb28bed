"""hisops schedule: the site's jobs in cron or in systemd."""

import getpass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hisops.cli import show
from hisops.cli.wire import session
from hisops.core.errors import Exit, OpsError

app = typer.Typer(help="Run the site's jobs by cron or by systemd timers.")

_CRON, _SYSTEMD = "/etc/cron.d", "/etc/systemd/system"
_CRON_DAEMON = "/usr/sbin/cron"
Kind = Annotated[
    str, typer.Option("--with", help="cron or systemd; default: systemd where it runs.")
]
Folder = Annotated[
    str, typer.Option(help="Write here instead of /etc/cron.d or /etc/systemd/system.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file."""

    path: str
    change: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A job and when it runs."""

    job: str
    command: str
    cron: str
    timeout: str
    alarm_after: str


@app.command()
def install(kind: Kind = "", folder: Folder = "", dry_run: DryRun = False) -> None:
    """Write the schedule; what is right already stays untouched.

    Example: hisops schedule install --with cron
    """
    from hisops.workflow import agenda, schedule

    running, (kind, folder) = session(), _place(kind, folder)
    jobs, user = agenda.jobs(running.io, running.site), getpass.getuser()
    make = schedule.timers if kind == "systemd" else schedule.crontab
    files = make(running.site, jobs, user, folder)
    kept = {file.path for file in files}
    stale = [p for p in schedule.ours(running.io, running.site, folder) if p not in kept]
    written = schedule.differing(running.io, files)
    changes = [Change(path=file.path, change="write") for file in written]
    changes += [Change(path=path, change="remove") for path in stale]
    if not dry_run:
        for file in written:
            running.io.write(file.path, file.text)
        _remove(stale)
        agenda.publish(running.io, running.store, running.site)
        if kind == "systemd" and folder == _SYSTEMD and changes:
            _reload([Path(file.path).name for file in files if file.path.endswith(".timer")])
    show.emit(changes)
    if kind == "cron" and not Path(_CRON_DAEMON).exists():
        show.note("no cron runs on this machine yet: apt-get install cron")


@app.command("show")
def show_jobs() -> None:
    """Show each job, its times and when a missing success pages somebody.

    Example: hisops schedule show
    """
    from hisops.core.schedule import cron
    from hisops.core.text import span
    from hisops.workflow import agenda

    running = session()
    show.emit(
        [
            Row(
                job=job.name,
                command=" ".join(("hisops", *job.argv)),
                cron=cron(job.schedule),
                timeout=str(job.schedule.timeout),
                alarm_after=span(job.max_age_seconds),
            )
            for job in agenda.jobs(running.io, running.site)
        ]
    )


@app.command()
def remove(kind: Kind = "", folder: Folder = "", dry_run: DryRun = False) -> None:
    """Remove what install wrote, and nothing else.

    Example: hisops schedule remove
    """
    from hisops.workflow import schedule

    running, (kind, folder) = session(), _place(kind, folder)
    paths = schedule.ours(running.io, running.site, folder)
    if not dry_run:
        timers = [Path(path).name for path in paths if path.endswith(".timer")]
        if kind == "systemd" and folder == _SYSTEMD and timers:
            systemctl("disable", "--now", *timers)
        _remove(paths)
    show.emit([Change(path=path, change="remove") for path in paths])


def systemctl(*words: str) -> None:
    """Tell systemd; raises OpsError with its last words when it refuses."""
    done = session().io.run(["systemctl", *words], timeout=120)
    if done.code != 0:
        raise OpsError(f"systemctl {words[0]}: {done.last_error}", fix="see: journalctl -xe")


def _place(kind: str, folder: str) -> tuple[str, str]:
    kind = kind or ("systemd" if Path("/run/systemd/system").is_dir() else "cron")
    if kind not in ("cron", "systemd"):
        raise OpsError(f"--with {kind}: unknown", fix="say cron or systemd", code=Exit.USAGE)
    return kind, folder or (_SYSTEMD if kind == "systemd" else _CRON)


def _remove(paths: list[str]) -> None:
    for path in paths:
        session().io.remove(path)


def _reload(timers: list[str]) -> None:
    systemctl("daemon-reload")
    systemctl("enable", "--now", *timers)
