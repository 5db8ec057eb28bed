"""The prober."""

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.monitor import prober_conf


def prepare(io: Io, site: Site) -> None:
    """Write its configuration where it differs."""
    prober_conf.write(io, site)


def argv(site: Site) -> list[str]:
    """The prober in the foreground."""
    return prober_conf.command(site.state)


def ready(io: Io, site: Site) -> bool:
    """Whether it takes requests."""
    if site.settings.prober.certificate:
        return io.connects(site.settings.prober.listen)
    try:
        return io.http("GET", f"{site.settings.prober.url}/-/healthy", timeout=2).is_ok
    except OpsError:
        return False


def address(site: Site) -> str:
    """Where it listens."""
    return site.settings.prober.listen
