"""The on-call engine."""

from hisops.core.errors import OpsError
from hisops.core.io import Io
from hisops.core.site import Site
from hisops.workflow.program import hisops


def prepare(io: Io, site: Site) -> None:
    """Nothing: the engine makes its tables itself."""


def argv(site: Site) -> list[str]:
    """The engine in the foreground."""
    return hisops(site, "engine", "run")


def ready(io: Io, site: Site) -> bool:
    """Whether it takes alerts."""
    try:
        return io.http("GET", f"{site.settings.engine.url}/-/ready", timeout=2).is_ok
    except OpsError:
        return False


def address(site: Site) -> str:
    """Where alerts are posted."""
    return site.settings.engine.listen
