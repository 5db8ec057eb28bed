"""The agent's configuration: `name=value` lines that `hisops up` renders from site.yml."""

from __future__ import annotations

from typing import NamedTuple

from hisops.core.errors import Exit, OpsError

_HIGHEST_PORT = 65535
_GROUP = "process."
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Conf(NamedTuple):
    """Where the agent listens and what protects it, what it serves, and where it looks.

    `also` names collectors that do not run by default, `services` units of systemd, with spaces
    between them. Lines `process.NAME=PATTERN` make groups of processes.
    """

    listen: str = "127.0.0.1:19100"
    certificate: str = ""
    key: str = ""
    client_ca: str = ""
    users: str = ""
    metrics: str = ""
    units: str = ""
    also: str = ""
    proc: str = "/proc"
    sys: str = "/sys"
    root: str = "/"
    services: str = ""
    processes: tuple[tuple[str, str], ...] = ()

    @property
    def host(self) -> str:
        """The address to listen on, without its port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])


_NAMES = [name for name in Conf._fields if name != "processes"]


def load(path: str) -> Conf:
    """The configuration in a file; raises OpsError with file and line."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs the agent 2 MB
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        fix = "let `hisops up` or `hisops agent` write it, or name another one: --config FILE"
        raise OpsError(f"{path}: {_why(error)}", fix=fix, code=Exit.USAGE) from None
    return parse(text, path)


def parse(text: str, path: str) -> Conf:
    """The configuration that the text says; raises OpsError with file and line."""
    found: dict[str, str] = {}
    groups: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not name or name.startswith("#"):
            continue
        if equals and name.startswith(_GROUP) and value:
            groups.append((name[len(_GROUP) :], value))
            continue
        if not equals or name not in _NAMES:
            fix = f"write NAME=VALUE with one of: {', '.join(_NAMES)}, {_GROUP}NAME"
            raise OpsError(f"{path}:{number}: {name!r} is unknown", fix=fix, code=Exit.USAGE)
        found[name] = value
    conf = Conf(**found, processes=tuple(groups))
    problem = _problem(conf)
    if problem:
        raise OpsError(
            f"{path}: {problem}", fix="correct site.yml: agent, then hisops up", code=Exit.USAGE
        )
    return conf


def _problem(conf: Conf) -> str:
    host, _, port = conf.listen.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= _HIGHEST_PORT:
        return f"listen: expected ADDRESS:PORT, got {conf.listen!r}"
    if bool(conf.certificate) != bool(conf.key):
        return "certificate and key belong together"
    if conf.client_ca and not conf.certificate:
        return "client_ca needs certificate and key"
    guarded = conf.certificate and (conf.users or conf.client_ca)
    if conf.host not in _LOOPBACK and not guarded:
        wish = "certificate, key and (users or client_ca)"
        return f"{conf.listen} can be reached from outside: it needs {wish}"
    return ""


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "is no UTF-8 text"
