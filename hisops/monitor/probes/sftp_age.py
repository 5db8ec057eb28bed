"""Drop zones over SFTP: how many files wait, and how old the oldest and the newest are.

The `sftp` program does the work: it knows every key type, and the host key is pinned.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.core.text import Duration, span
from hisops.monitor.connection import address_samples
from hisops.monitor.pattern import check, matches
from hisops.monitor.probe import Endpoint, Outcome, Probe

if TYPE_CHECKING:
    from hisops.core.net import Net

_FILES = Family("hisops_dropzone_files", "gauge", "Files that wait in a folder")
_BYTES = Family("hisops_dropzone_size_bytes", "gauge", "Size of the files that wait")
_OLDEST = Family(
    "hisops_dropzone_oldest_age_seconds", "gauge", "Age of the file that waits longest"
)
_NEWEST = Family("hisops_dropzone_newest_age_seconds", "gauge", "Age of the file that came last")
_PORT = 22
_KEY = re.compile(r"[a-z0-9@.-]+ [A-Za-z0-9+/=]+")
_SPECIAL = re.compile(r'([\\"])')  # inside quotes sftp takes * and ? as they are
_FIELDS = 8
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}


class File(NamedTuple):
    """A file of a listing."""

    name: str
    size_bytes: int
    changed: datetime


class SftpAge(Probe, frozen=True, kw_only=True):
    """Folders in which no file is older than `max_age`, and not more than `max_files` wait.

    `host_key` is the server's public key as ssh-keyscan prints it, without the name in front;
    `pattern` says which files count.
    """

    timeout: Duration = Duration(15)
    user: str
    key_file: str
    host_key: str
    folders: tuple[str, ...]
    pattern: str = ""
    max_age: Duration = Duration(900)
    max_files: int = 0

    def __post_init__(self) -> None:
        check([self.pattern])
        if not _KEY.fullmatch(self.host_key):
            raise ValueError("host_key is not written as KIND BASE64, as ssh-keyscan prints it")
        if not self.user or self.user.startswith("-") or any("\n" in name for name in self.folders):
            raise ValueError("user or a folder is not a name")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when everything that was dropped is also taken away."""
        start = net.tick()
        address = await net.resolve(endpoint.host)
        net.allow(address)
        samples = address_samples(address, net.tick() - start)
        listing = await self._list(net, address, endpoint.port(_PORT))
        now = datetime.fromtimestamp(net.now(), UTC)
        found = parse(listing, now)
        cause = ""
        for folder in self.folders:
            files = [one for one in found.get(folder, []) if matches(self.pattern, one.name)]
            samples += describe(folder, files, now)
            cause = cause or self._complaint(folder, files, now)
        return Outcome(not cause, samples, cause)

    async def _list(self, net: Net, address: str, port: int) -> str:
        """What sftp prints: before each listing the command that gave it."""
        options = (
            "BatchMode=yes", "IdentitiesOnly=yes", f"IdentityFile={self.key_file}",
            f"ConnectTimeout={max(1, int(self.timeout.seconds))}", f"Port={port}",
            "StrictHostKeyChecking=yes", "UserKnownHostsFile=/dev/null",
            "GlobalKnownHostsFile=/dev/null", "LogLevel=ERROR",
            f"KnownHostsCommand=/bin/echo %H {self.host_key}",
        )  # fmt: skip
        argv = ["sftp", "-F", "/dev/null", "-b", "-"]
        for option in options:
            argv += ["-o", option]
        place = f"[{address}]" if ":" in address else address
        script = "".join(f'ls -lna "{_quoted(folder)}"\n' for folder in self.folders)
        done = await net.run(
            [*argv, f"{self.user}@{place}"],
            timeout=self.timeout.seconds,
            stdin=script.encode(),
            env={"TZ": "UTC0", "LC_ALL": "C.UTF-8"},
        )
        if done.code != 0:
            raise OpsError(f"sftp: {done.last_error or f'exit code {done.code}'}")
        return done.text

    def _complaint(self, folder: str, files: list[File], now: datetime) -> str:
        if self.max_files and len(files) > self.max_files:
            return f"{folder}: {len(files)} files wait"
        oldest = min(files, key=lambda one: one.changed, default=None)
        if oldest and (now - oldest.changed).total_seconds() > self.max_age.seconds:
            age = span((now - oldest.changed).total_seconds())
            return f"{folder}: a file has waited for {age}"
        return ""


def parse(listing: str, now: datetime) -> dict[str, list[File]]:
    """Files by folder from the output of a batch of `ls -lna "FOLDER"`; raises ValueError."""
    found: dict[str, list[File]] = {}
    files: list[File] = []
    for line in listing.splitlines():
        if line.startswith('sftp> ls -lna "'):
            folder = re.sub(r"\\(.)", r"\1", line.partition('"')[2][:-1])
            files = found.setdefault(folder, [])
        elif line.startswith("-"):
            fields = line.split(None, _FIELDS)
            if len(fields) <= _FIELDS:
                raise ValueError(f"not a line of a listing: {line[:80]!r}")
            name = fields[_FIELDS].rpartition("/")[2]
            files.append(File(name, int(fields[4]), _moment(fields[5:8], now)))
    return found


def describe(folder: str, files: list[File], now: datetime) -> list[Sample]:
    """The series of one folder; an empty one has no ages."""
    label = (("folder", folder),)
    samples = [
        Sample(_FILES, len(files), label),
        Sample(_BYTES, sum(one.size_bytes for one in files), label),
    ]
    if files:
        ages = [max(0.0, (now - one.changed).total_seconds()) for one in files]
        samples += [Sample(_OLDEST, max(ages), label), Sample(_NEWEST, min(ages), label)]
    return samples


def _moment(fields: list[str], now: datetime) -> datetime:
    """`Nov 25 04:38` or `Nov 25 2025`, as ls writes it, in UTC."""
    month, day, clock = _MONTHS.get(fields[0], 0), int(fields[1]), fields[2]
    if not month:
        raise ValueError(f"not a month: {fields[0][:20]!r}")
    if ":" not in clock:
        return datetime(int(clock), month, day, tzinfo=UTC)
    hour, minute = map(int, clock.split(":"))
    latest = now + timedelta(days=1)
    for year in (latest.year, latest.year - 1, latest.year - 2, latest.year - 3, latest.year - 4):
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=UTC)
        except ValueError:  # 29 February
            continue
        if moment <= latest:
            return moment
    raise ValueError("not a date")


def _quoted(folder: str) -> str:
    return _SPECIAL.sub(r"\\\1", folder)
