"""What runs on a host and must go on running, from its variables in the inventory.

`agent_services: [nginx, postgresql@15-main]` are units of systemd, `agent_processes:
{postgres: ^postgres}` are groups of processes by a pattern of their name or command line.
"""

import re
from collections.abc import Iterator, Mapping

from hisops.core.model import Value

SERVICES, PROCESSES = "agent_services", "agent_processes"
# systemd.unit(5): letters, digits and these signs; a name is an argument for systemd, no pattern.
_UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]{1,200}")
_GROUP = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class Watched(Value, frozen=True, kw_only=True):
    """Units of systemd, and patterns of processes by the name of their group."""

    services: tuple[str, ...] = ()
    processes: Mapping[str, str] = {}


def read(variables: Mapping[str, object]) -> Watched:
    """What the variables of a host say; what `mistakes` finds is left out."""
    services, processes = variables.get(SERVICES), variables.get(PROCESSES)
    names = services if isinstance(services, list) else []
    groups = processes if isinstance(processes, dict) else {}
    return Watched(
        services=tuple(name for name in names if not _service(name)),
        processes={str(k): str(v) for k, v in groups.items() if not _process(k, v)},
    )


def mistakes(variables: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Variable, cause and fix of what `read` leaves out."""
    services, processes = variables.get(SERVICES, []), variables.get(PROCESSES, {})
    if not isinstance(services, list):
        yield SERVICES, "expected a list of services", "write agent_services: [nginx]"
    for name in services if isinstance(services, list) else []:
        if _service(name):
            yield SERVICES, _service(name), "name a unit, as systemctl list-units shows it"
    if not isinstance(processes, dict):
        fix = "write agent_processes: {postgres: ^postgres}"
        yield PROCESSES, "expected names with patterns", fix
    for name, pattern in processes.items() if isinstance(processes, dict) else ():
        if _process(name, pattern):
            fix = "write NAME: PATTERN, a regular expression in one line"
            yield PROCESSES, _process(name, pattern), fix


def _service(name: object) -> str:
    if isinstance(name, str) and _UNIT.fullmatch(name):
        return ""
    return f"{SERVICES}: {name!r} is no name of a service"


def _process(name: object, pattern: object) -> str:
    if not (isinstance(name, str) and _GROUP.fullmatch(name)):
        return f"{PROCESSES}: {name!r} is no name for a group"
    if not isinstance(pattern, str) or not pattern.strip() or not pattern.isprintable():
        return f"{PROCESSES}: {name}: expected a pattern, got {pattern!r}"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"{PROCESSES}: {name}: {pattern!r} is no regular expression: {error}"
    return ""
