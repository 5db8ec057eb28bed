"""The built-in inbox, for a site that has no mail server yet."""

from hisops.core.io import Io
from hisops.core.site import Site
from hisops.workflow.program import hisops


def prepare(io: Io, site: Site) -> None:
    """Nothing: it makes its folder itself."""


def argv(site: Site) -> list[str]:
    """The inbox in the foreground."""
    return hisops(site, "inbox", "run")


def ready(io: Io, site: Site) -> bool:
    """Whether it takes mail."""
    return io.connects(site.settings.inbox.mail)


def address(site: Site) -> str:
    """Where mail is taken."""
    return site.settings.inbox.mail
