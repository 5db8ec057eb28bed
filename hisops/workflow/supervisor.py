"""The embedded stack under supervisord (supervisord.org): start, look, stop."""

import re
import shlex
import sys
from pathlib import Path

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Io
from hisops.core.site import Site

_LONGEST_SOCKET = 107  # bytes, unix(7)
_START_SECONDS = 20.0
_STOP_SECONDS = 40.0
_SPECIAL = re.compile(r"[%;#\x00-\x1f]")  # they mean something in its configuration
LATE = ("prometheus",)  # it would send its first alerts to an engine that is not there yet


def configuration(site: Site, commands: dict[str, list[str]], *, root: bool) -> str:
    """The text of supervisord.conf for these programs, in starting order."""
    run, log = Path(site.state) / "run", Path(site.state) / "log"
    text = f"""\
[supervisord]
pidfile={run}/supervisord.pid
logfile={log}/supervisord.log
childlogdir={log}
{"user=root" if root else ""}
[unix_http_server]
file={_socket(site)}
chmod=0700
[supervisorctl]
serverurl=unix://{_socket(site)}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
    for order, (name, argv) in enumerate(commands.items(), start=1):
        text += f"""
[program:{name}]
command={shlex.join(_bound(argv)).replace("%", "%%")}
directory={site.root}
priority={order}
autostart={"false" if name in LATE else "true"}
autorestart=true
startsecs=1
startretries=1000
stopsignal={"INT" if name == "database" else "TERM"}
stopwaitsecs=15
killasgroup=true
redirect_stderr=true
stdout_logfile={log}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""
    return text


def start(io: Io, site: Site, text: str) -> bool:
    """Run the stack as the configuration says; False when it already ran just so."""
    path = _path(site)
    if _SPECIAL.search(site.root):
        cause = f"{site.root!r}: supervisord cannot run in a folder of this name"
        raise OpsError(cause, fix="choose a name without % ; # and line breaks", code=Exit.USAGE)
    if len(_socket(site).encode()) > _LONGEST_SOCKET:
        raise OpsError(
            f"{_socket(site)}: too long for a socket", fix="choose a shorter site folder"
        )
    same = io.exists(path) and io.read(path) == text
    if same and states(io, site):
        return False
    io.write(path, text)
    io.write(str(Path(site.state) / "log" / ".keep"), "")
    if states(io, site):
        _control(io, site, "update")
        return True
    done = io.run([sys.executable, "-m", "supervisor.supervisord", "-c", path], timeout=30)
    if done.code != 0:
        raise OpsError(f"supervisord did not start: {done.last_error or done.text.strip()}")
    _wait(io, site, _START_SECONDS, alive=True)
    return True


def start_late(io: Io, site: Site) -> None:
    """Start the programs that need the others to answer first, where they do not run yet."""
    runs = states(io, site)
    for name in LATE:
        if name in runs and not runs[name].startswith(("RUNNING", "STARTING")):
            _control(io, site, "start", name)


def stop(io: Io, site: Site) -> bool:
    """Stop the stack and wait until it is gone; False when none ran."""
    if not states(io, site):
        return False
    _control(io, site, "stop", *LATE)  # it must not see the others go and call people
    _control(io, site, "shutdown")
    _wait(io, site, _STOP_SECONDS, alive=False)
    return True


def states(io: Io, site: Site) -> dict[str, str]:
    """State of each program (`RUNNING pid 42, uptime 0:01:00`); empty when no stack runs."""
    if not io.exists(_socket(site)):
        return {}
    lines = _control(io, site, "status").splitlines()
    if any("refused" in line or "no such file" in line for line in lines):
        return {}
    parted = [line.partition(" ") for line in lines]
    return {name: " ".join(rest.split()) for name, _, rest in parted if rest}


def _bound(argv: list[str]) -> list[str]:
    """The command, ended when the supervisor dies: nothing is left running behind it."""
    return argv if argv[0] == "setpriv" else ["setpriv", "--pdeathsig", "TERM", *argv]


def _control(io: Io, site: Site, *words: str) -> str:
    argv = [sys.executable, "-m", "supervisor.supervisorctl", "-c", _path(site), *words]
    return io.run(argv, timeout=60).text


def _wait(io: Io, site: Site, seconds: float, *, alive: bool) -> None:
    deadline = io.tick() + seconds
    while bool(states(io, site)) != alive:
        if io.tick() > deadline:
            wish = "start" if alive else "stop"
            log = Path(site.state) / "log" / "supervisord.log"
            raise OpsError(f"the stack did not {wish} within {seconds:g} s", fix=f"read {log}")
        io.sleep(0.1)


def _path(site: Site) -> str:
    return str(Path(site.state) / "run" / "supervisord.conf")


def _socket(site: Site) -> str:
    return str(Path(site.state) / "run" / "stack.sock")
