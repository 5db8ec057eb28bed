"""A PostgreSQL server of our own: unprivileged, on a unix socket only, in one folder.

PostgreSQL refuses to run as root; then it runs as the user `postgres`.
"""

import os
from pathlib import Path

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Completed, Io
from hisops.core.model import Value

_LONGEST_SOCKET = 107  # bytes, unix(7)
_PORT = 5432
_USER = "postgres"
# A drill has nothing to lose: the data lies in the backup.
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
    "archive_mode=off",
    "shared_preload_libraries=",
    "ssl=off",
    "max_wal_size=4GB",
)


class Server(Value, frozen=True, kw_only=True):
    """A server: `folder` holds its socket and its log, `data` its data."""

    folder: str
    tools: str
    data: str


def find_tools(io: Io) -> str:
    """Folder of the newest installed PostgreSQL's programs; raises OpsError MISSING without one."""
    base = "/usr/lib/postgresql"
    for version in sorted(io.names(base), key=_number, reverse=True):
        if io.exists(f"{base}/{version}/bin/initdb"):
            return f"{base}/{version}/bin"
    raise OpsError(
        "PostgreSQL's server programs are missing",
        fix="install the package postgresql",
        code=Exit.MISSING,
    )


def unprivileged(folder: str) -> list[str]:
    """The words before a command that must not run as root.

    When the user cannot reach the folder from `/`, it gets the right to pass closed folders, and
    no other.
    """
    if os.geteuid() != 0:
        return []
    words = ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]
    above = [parent for parent in Path(folder).parents if parent.exists()]
    if all(parent.stat().st_mode & 0o001 for parent in above):
        return words
    return [*words, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def make_folder(io: Io, folder: str) -> None:
    """Make a folder that only the unprivileged user may enter."""
    _run(io, ["mkdir", "-p", str(Path(folder).parent)])
    owner = ["-o", _USER, "-g", _USER] if os.geteuid() == 0 else []
    _run(io, ["install", "-d", "-m", "700", *owner, folder])


def initialise(io: Io, server: Server, encoding: str, locale: str) -> None:
    """Make an empty cluster with this encoding and locale."""
    if len(f"{server.folder}/.s.PGSQL.{_PORT}.lock".encode()) > _LONGEST_SOCKET:
        raise OpsError(f"{server.folder}: too long for a socket", fix="use a shorter site folder")
    make_folder(io, server.folder)
    before = unprivileged(server.folder)
    argv = [f"{server.tools}/initdb", "-D", server.data, "-U", _USER, "-A", "trust", "-N"]
    argv += [f"--encoding={encoding}", f"--locale={locale}"]
    _run(io, [*before, *argv], timeout=120)


def start(io: Io, server: Server) -> None:
    """Start the server and wait until it answers."""
    options = [f"-c {setting}" for setting in _SETTINGS]
    options += [f"-c unix_socket_directories={_quoted(server.folder)}", f"-p {_PORT}"]
    argv = [*unprivileged(server.folder), f"{server.tools}/pg_ctl", "-D", server.data]
    argv += ["-l", f"{server.folder}/log", "-w", "-t", "60", "-o", " ".join(options), "start"]
    _run(io, argv, timeout=90, log=f"{server.folder}/log")


def stop(io: Io, server: Server, mode: str = "immediate") -> None:
    """Stop the server when it runs; `immediate` does not care for its data, `fast` does."""
    pid_file = f"{server.data}/postmaster.pid"
    if not io.exists(pid_file):
        return
    pid = io.read(pid_file).split("\n", 1)[0]
    command = f"/proc/{pid}/cmdline"
    if io.exists(command) and server.data in io.read(command):
        argv = [*unprivileged(server.folder), f"{server.tools}/pg_ctl", "-D", server.data]
        _run(io, [*argv, "-m", mode, "-w", "-t", "30", "stop"])


def query(io: Io, server: Server, database: str, sql: str) -> list[list[str]]:
    """Rows of a query as texts; raises OpsError with the server's words."""
    done = psql(io, server, database, "-c", sql)
    if done.code != 0:
        raise OpsError(f"the restored database refuses a query: {done.last_error}")
    return [line.split("\t") for line in done.text.splitlines()]


def psql(io: Io, server: Server, database: str, *words: str) -> Completed:
    """Run psql on the scratch server."""
    argv = [f"{server.tools}/psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=0"]
    return io.run([*argv, *connection(server), "-d", database, *words], timeout=3600)


def connection(server: Server) -> list[str]:
    """The words that lead a PostgreSQL program to the server."""
    return ["-h", server.folder, "-p", str(_PORT), "-U", _USER]


def _run(io: Io, argv: list[str], timeout: float = 60.0, log: str = "") -> Completed:
    done = io.run(argv, timeout=timeout)
    if done.code != 0:
        told = done.last_error or done.text.strip()
        if log and io.exists(log):
            told = (io.read(log).strip().splitlines() or [told])[-1]
        name = next((Path(w).name for w in argv if w.startswith("/")), argv[0])
        raise OpsError(f"{name} failed: {told}", fix="see the evidence of the drill")
    return done


def _quoted(text: str) -> str:
    """A value inside pg_ctl's -o, which a shell takes apart."""
    return "'" + text.replace("'", "'\\''") + "'"


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
