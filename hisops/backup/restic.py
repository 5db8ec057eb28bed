"""A thin client of restic (restic.net), 0.14 and newer."""

import re
import shlex
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from hisops.backup.failure import LOST_LOCK, Version, classify
from hisops.backup.source import Piece
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Completed, Io
from hisops.core.model import Value
from hisops.core.text import Secret

_REPAIR_SINCE: Version = (0, 16, 0)
_UNREADABLE = 3  # some source files could not be read, a snapshot exists (manual, backup)
_SHORT = 600.0


class Repository(Value, frozen=True, kw_only=True):
    """Where restic keeps snapshots; `ssh` is the command that opens SFTP, when it is far away."""

    name: str
    url: str
    password: Secret
    cache: str
    ssh: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return not self.ssh


class Snapshot(Value, frozen=True, kw_only=True):
    """A snapshot as restic lists it."""

    id: str
    time: datetime
    paths: tuple[str, ...]
    hostname: str = ""
    tags: tuple[str, ...] = ()
    original: str = ""


class Summary(Value, frozen=True, kw_only=True):
    """What one backup stored; `unread` are the paths that could not be read."""

    snapshot_id: str
    total_files_processed: int = 0
    total_bytes_processed: int = 0
    data_added: int = 0
    unread: tuple[str, ...] = ()


class Lock(Value, frozen=True, kw_only=True):
    """Who holds a repository."""

    time: datetime
    hostname: str
    pid: int
    exclusive: bool = False


class _Line(msgspec.Struct):
    message_type: str = ""
    item: str = ""


def read_version(io: Io) -> Version:
    """Version of the installed restic; raises OpsError MISSING without one."""
    told = io.run(["restic", "version"]).text
    match = re.match(r"restic (\d+)\.(\d+)\.(\d+)", told)
    return (int(match[1]), int(match[2]), int(match[3])) if match else (0, 0, 0)


def init(io: Io, repository: Repository, source: Repository | None = None) -> None:
    """Make a repository; one made from another shares its chunks, so that copies deduplicate."""
    words = ["--from-repo", source.url, "--copy-chunker-params"] if source else []
    _call(io, repository, "init", *words, source=source)


def back_up(
    io: Io, repository: Repository, piece: Piece, *, host: str, tags: Iterable[str], timeout: float
) -> Summary:
    """One snapshot of a piece; unreadable files are in the summary, all else raises OpsError."""
    words = ["backup", "--json", "-q", "--host", host]
    words += [word for tag in tags for word in ("--tag", tag)]
    if piece.argv:
        return _from_pipe(io, repository, piece, words, timeout)
    words += [word for path in piece.exclude for word in ("--exclude", _literal(path))]
    done = _call(io, repository, *words, "--", *piece.paths, timeout=timeout, good=(0, _UNREADABLE))
    return _summary(io, done)


def list_snapshots(io: Io, repository: Repository) -> list[Snapshot]:
    """All snapshots of a repository."""
    done = _call(io, repository, "snapshots", "--json", "--no-lock")
    return msgspec.json.decode(done.out, type=list[Snapshot] | None) or []


def list_ids(io: Io, repository: Repository) -> list[str]:
    """Ids of all snapshots; for a local repository without its password, from the file names."""
    if repository.is_local:
        return io.names(f"{repository.url}/snapshots")
    return [snapshot.id for snapshot in list_snapshots(io, repository)]


def exists(io: Io, repository: Repository) -> bool:
    """Whether there is a repository; raises OpsError when that cannot be found out."""
    if repository.is_local:
        return io.exists(f"{repository.url}/config")
    try:
        _call(io, repository, "cat", "config", "--no-lock")
    except OpsError as error:
        if error.code is Exit.MISSING:
            return False
        raise
    return True


def copy(
    io: Io, source: Repository, target: Repository, ids: Iterable[str], *, timeout: float
) -> None:
    """Copy snapshots; those that the target has already are left out by restic."""
    words = ("copy", "--from-repo", source.url, *ids)
    _call(io, target, *words, source=source, timeout=timeout)


def restore(io: Io, repository: Repository, id: str, folder: str, *, timeout: float) -> None:
    """Restore a snapshot into a fresh folder; raises OpsError when anything in it is damaged.

    Without the cache: it would hide damage, and after a fire there is none.
    """
    words = ("restore", id, "--target", folder, "--no-lock", "--no-cache")
    _call(io, repository, *words, timeout=timeout)


def check(io: Io, repository: Repository, *, read_data: bool, timeout: float) -> None:
    """Raises OpsError when the repository is not whole; `read_data` reads every byte of it."""
    _call(io, repository, "check", *(["--read-data"] if read_data else []), timeout=timeout)


def list_locks(io: Io, repository: Repository) -> list[Lock]:
    """Locks of a repository; one that vanishes meanwhile is left out."""
    if repository.is_local and not io.names(f"{repository.url}/locks"):
        return []
    locks = []
    for id in _call(io, repository, "list", "locks", "--no-lock").text.split():
        try:
            told = _call(io, repository, "cat", "lock", id, "--no-lock")
            locks.append(msgspec.json.decode(told.out, type=Lock))
        except (OpsError, msgspec.DecodeError):  # gone, or an empty file of a crashed process
            continue
    return locks


def drop_dead_locks(io: Io, repository: Repository) -> list[Lock]:
    """Remove locks of dead processes of this host, mend what they left; gives those that remain.

    `restic unlock` says success even when it removed nothing, so the locks are listed again.
    """
    hostname = io.read("/proc/sys/kernel/hostname").strip()
    found = list_locks(io, repository)
    dead = [lock for lock in found if lock.hostname == hostname and not _runs(io, lock.pid)]
    if not dead:
        return found
    _call(io, repository, "unlock")
    left = list_locks(io, repository)
    if not left:  # packs of the dead run without an index would be uploaded again
        new = read_version(io) >= _REPAIR_SINCE
        _call(io, repository, *(("repair", "index") if new else ("rebuild-index",)))
    return left


def _runs(io: Io, pid: int) -> bool:
    """Whether that process is a living restic: ids are used again, and a zombie holds nothing."""
    try:
        stat = io.read(f"/proc/{pid}/stat")
    except OpsError:  # there is none, or it ended just now
        return False
    name, _, rest = stat.partition(") ")
    return "(restic" in name and rest[:1] not in ("Z", "X")


def _from_pipe(
    io: Io, repository: Repository, piece: Piece, words: list[str], timeout: float
) -> Summary:
    sink = [*_argv(repository), *words, "--stdin", "--stdin-filename", piece.filename]
    env = _env(io, repository) | dict(piece.env)
    first, second = io.pipe(piece.argv, sink, timeout=timeout, env=env, complete=piece.complete)
    # 0.18 says "context canceled" with code 1 after SIGINT, 0.14 ends with 130.
    stopped = second.code in (0, 130, -2) or b"context canceled" in second.err
    if first.code != 0 and stopped:
        told = first.last_error or "its output is not complete"
        cause = f"{Path(piece.argv[0]).name} failed ({first.code}): {told}"
        raise OpsError(cause, fix="no snapshot was made; mend the source and run it again")
    if second.code != 0:
        raise _error(io, repository, second)
    return _summary(io, second)


def _call(
    io: Io,
    repository: Repository,
    *words: str,
    source: Repository | None = None,
    timeout: float = _SHORT,
    good: tuple[int, ...] = (0,),
) -> Completed:
    env = _env(io, repository)
    if source is not None:
        env["RESTIC_FROM_PASSWORD"] = io.secret(source.password.ref)
    done = io.run([*_argv(repository), *words], timeout=timeout, env=env)
    if done.code not in good:
        raise _error(io, repository, done)
    if LOST_LOCK.search(done.err.decode(errors="replace")):
        raise OpsError(f"{repository.name}: its lock was removed while restic worked")
    return done


def _error(io: Io, repository: Repository, done: Completed) -> OpsError:
    error = classify(done.code, done.err.decode(errors="replace"), read_version(io))
    return OpsError(f"{repository.name}: {error.cause}", fix=error.fix, code=error.code)


def _argv(repository: Repository) -> list[str]:
    argv = ["restic", "-r", repository.url, "--cache-dir", repository.cache]
    if repository.ssh:
        argv += ["-o", f"sftp.command={shlex.join(repository.ssh)}"]
    return argv


def _env(io: Io, repository: Repository) -> dict[str, str]:
    return {"RESTIC_PASSWORD": io.secret(repository.password.ref)}


def _summary(io: Io, done: Completed) -> Summary:
    errors = [line for line in done.err.decode(errors="replace").splitlines() if line]
    # restic skips a missing source in plain words, with code 0 (0.14, 0.18).
    skipped = [line for line in errors if line.endswith("does not exist, skipping")]
    if skipped:
        fix = "mount it or mend the plan; the snapshot just made does not count"
        raise OpsError(f"a source is missing: {skipped[0]}", fix=fix, code=Exit.MISSING)
    unread = tuple(item for item in map(_item, errors) if item)
    if done.code == _UNREADABLE and not unread:
        unread = ("a path that restic did not name",)
    for line in reversed(done.out.splitlines()):
        if b'"summary"' in line:
            found = msgspec.json.decode(line, type=Summary)
            return msgspec.structs.replace(found, unread=unread)
    raise OpsError("restic made no snapshot: there is no summary", fix="run it again")


def _item(line: str) -> str:
    """The path that an error line of `backup --json` is about."""
    try:
        told = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return ""
    return told.item if told.message_type == "error" else ""


def _literal(path: str) -> str:
    """A path as a pattern that means only itself (Go filepath.Match)."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", path)
