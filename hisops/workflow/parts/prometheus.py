"""Prometheus; its configuration is applied by monitor.prometheus before it starts."""

from hisops.core.io import Io
from hisops.core.site import Site
from hisops.monitor import prometheus


def prepare(io: Io, site: Site) -> None:
    """Make the folder for its data."""
    io.write(f"{prometheus.folder(site)}/data/.keep", "")


def argv(site: Site) -> list[str]:
    """Prometheus in the foreground."""
    return prometheus.argv(site)


def ready(io: Io, site: Site) -> bool:
    """Whether it serves queries."""
    return prometheus.is_ready(io, site)


def address(site: Site) -> str:
    """Where it listens."""
    return site.settings.prometheus.listen
