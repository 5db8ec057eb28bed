"""The agent of this machine."""

import sys

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.monitor import agent_conf


def prepare(io: Io, site: Site) -> None:
    """Write its configuration where it differs."""
    path = agent_conf.path(site.state)
    hosts = agent_conf.here(site.inventory)
    text = agent_conf.render(site.settings.agent, root=site.root, state=site.state, hosts=hosts)
    if not io.exists(path) or io.read(path) != text:
        io.write(path, text)


def argv(site: Site) -> list[str]:
    """The agent in the foreground."""
    return agent_conf.command(sys.executable, agent_conf.path(site.state))


def ready(io: Io, site: Site) -> bool:
    """Whether it serves metrics."""
    if site.settings.agent.certificate:
        return io.connects(site.settings.agent.listen)
    try:
        return io.http("GET", f"{site.settings.agent.url}/-/healthy", timeout=2).is_ok
    except OpsError:
        return False


def address(site: Site) -> str:
    """Where it listens."""
    return site.settings.agent.listen
