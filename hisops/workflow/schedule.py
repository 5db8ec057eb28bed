"""Schedules in the operating system: /etc/cron.d, or systemd timers."""

import re
import shlex
from collections.abc import Iterable
from hashlib import sha256

from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.schedule import calendar, cron
from hisops.core.site import Site
from hisops.workflow.job import Job
from hisops.workflow.program import hisops

CRON, SYSTEMD = "/etc/cron.d", "/etc/systemd/system"
MARK = "# written by hisops; changes are lost"


class File(Value, frozen=True, kw_only=True):
    """A file that a schedule consists of."""

    path: str
    text: str


def crontab(site: Site, jobs: Iterable[Job], user: str, folder: str = CRON) -> list[File]:
    """One file with a line for each job (crontab(5): % ends the command, so it is escaped)."""
    lines = [MARK, f"# site: {site.root}", "SHELL=/bin/sh", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    for job in jobs:
        command = shlex.join(hisops(site, "job", "run", job.name)).replace("%", "\\%")
        lines.append(f"{cron(job.schedule)} {user} {command} >/dev/null 2>&1")
    return [File(path=f"{folder}/hisops-{slug(site)}", text="\n".join(lines) + "\n")]


def timers(site: Site, jobs: Iterable[Job], user: str, folder: str = SYSTEMD) -> list[File]:
    """A service and a timer for each job (systemd.service(5), systemd.timer(5))."""
    files = []
    for job in jobs:
        stem = f"{folder}/hisops-{slug(site)}-job-{job.name}"
        files.append(File(path=f"{stem}.service", text=_service(site, job, user)))
        files.append(File(path=f"{stem}.timer", text=_timer(site, job)))
    return files


def differing(io: Io, files: Iterable[File]) -> list[File]:
    """The files that do not stand there yet just so."""
    return [f for f in files if not io.exists(f.path) or io.read(f.path) != f.text]


def ours(io: Io, site: Site, folder: str, *, stack: bool = False) -> list[str]:
    """Paths of the files in a folder that belong to this site's jobs; with `stack`, to all of it."""
    stem = f"hisops-{slug(site)}"
    starts = f"{stem}" if stack else f"{stem}-job-"
    names = [name for name in io.names(folder) if name == stem or name.startswith(starts)]
    names = [name for name in names if not name.endswith(".d")]  # a folder of `systemctl edit`
    return [path for name in names if _is_ours(io.read(path := f"{folder}/{name}"), site)]


def is_installed(io: Io, site: Site) -> bool:
    """Whether cron or systemd runs this site's jobs."""
    return any(ours(io, site, folder) for folder in (CRON, SYSTEMD))


def quoted(word: str) -> str:
    """A word of ExecStart=: % and $ stand for themselves when doubled."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("%", "%%").replace("$", "$$") + '"'


def slug(site: Site) -> str:
    """A name for files: cron takes only letters, digits, - and _."""
    plain = site.root.strip("/").replace("/", "-").replace(".", "_").replace(" ", "_")
    name = re.sub(r"[^A-Za-z0-9_-]", "_", plain)[-60:]
    # Two sites must not share a file because their names differ in other signs only.
    return name if name == plain else f"{name}-{sha256(site.root.encode()).hexdigest()[:8]}"


def _is_ours(text: str, site: Site) -> bool:
    return text.startswith(MARK) and f"# site: {site.root}\n" in text


def _service(site: Site, job: Job, user: str) -> str:
    command = " ".join(quoted(word) for word in hisops(site, "job", "run", job.name))
    return f"""\
{MARK}
# site: {site.root}
[Unit]
Description=hisops job {job.name}
[Service]
Type=oneshot
User={user}
ExecStart={command}
TimeoutStartSec={job.schedule.timeout.seconds + 60:.0f}
Nice=10
"""


def _timer(site: Site, job: Job) -> str:
    return f"""\
{MARK}
# site: {site.root}
[Unit]
Description=hisops job {job.name}
[Timer]
OnCalendar={calendar(job.schedule)}
Persistent=true
[Install]
WantedBy=timers.target
"""
