"""A small PostgreSQL with synthetic patients: something real to back up and to restore."""

from pathlib import Path

from hisops.backup import server
from hisops.backup.server import Server
from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.site import Site

_SAMPLE = str(Path(__file__).with_name("sample_his.sql"))
_LOCALE = "C.UTF-8"


def prepare(io: Io, site: Site) -> None:
    """Make the cluster and fill it; a second call changes nothing."""
    folder = _folder(site)
    if io.exists(f"{folder}/filled"):
        return
    here = _server(site)
    server.stop(io, here)
    io.remove(folder)  # an earlier call was interrupted half way
    server.make_folder(io, folder)
    server.initialise(io, here, "UTF8", _LOCALE)
    server.start(io, here)
    try:
        done = server.psql(io, here, "postgres", "-v", "ON_ERROR_STOP=1", "-f", _SAMPLE)
    finally:
        server.stop(io, here, "fast")
    if done.code != 0:
        raise OpsError(f"the sample database cannot be made: {done.last_error}")
    io.write(f"{folder}/filled", "")


def argv(site: Site) -> list[str]:
    """PostgreSQL in the foreground, on its unix socket only."""
    folder = _folder(site)
    before = server.unprivileged(folder)
    bound = ["setpriv", "--pdeathsig", "INT", *before[1:]]
    program = f"{_tools()}/postgres"
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}/run"]
    return [*bound, program, "-D", f"{folder}/data", *options]


def ready(io: Io, site: Site) -> bool:
    """Whether it answers a query."""
    return server.psql(io, _server(site), "his", "-c", "select 1").code == 0


def address(site: Site) -> str:
    """Nothing: it listens on a unix socket only."""
    return ""


def _server(site: Site) -> Server:
    folder = _folder(site)
    return Server(folder=f"{folder}/run", tools=_tools(), data=f"{folder}/data")


def _folder(site: Site) -> str:
    return f"{site.state}/database"


def _tools() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major)
    if not found:
        fix = "install the package postgresql"
        raise OpsError("PostgreSQL is missing", fix=fix, code=Exit.MISSING)
    return str(found[-1].parent)


def _major(path: Path) -> float:
    name = path.parent.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0
