"""What the engine must know of the site to call people: the inventory, the settings, the rota."""

from typing import NamedTuple

from hisops.alerting import rota
from hisops.alerting.rota import Paging, Rota
from hisops.core import units
from hisops.core.config import Problem
from hisops.core.io import Io
from hisops.core.model import Person
from hisops.core.site import Site

NOTIFIERS = "hisops.alerting.notifiers"


class Desk(NamedTuple):
    """The site and its rota, at one moment."""

    site: Site
    rota: Rota

    def person(self, key: str) -> Person:
        """Somebody by key; one whom the inventory has lost has no way to be reached."""
        return self.site.inventory.people.get(key) or Person(name=key, channels=())

    def paging(self, severity: str) -> Paging | None:
        """How a severity is told; None when it pages nobody."""
        return self.rota.pages.get(severity)


def read(io: Io, site: Site) -> tuple[Desk, list[Problem]]:
    """The desk of a site, with every mistake in its rota."""
    channels = {*units.names(NOTIFIERS), *units.site_files(f"{site.root}/units/notifiers")}
    found, problems = rota.read(
        io, site.root, site.inventory, site.settings.timezone, channels=channels
    )
    return Desk(site, found), problems
