"""What the engine must know of the site to call people: the inventory, the settings, the rota."""

from typing import NamedTuple

from hisops.alerting import rota
from hisops.alerting.rota import Paging, Rota
from hisops.core import site as sites
from hisops.core import units
from hisops.core.config import Problem
from hisops.core.io import Io
from hisops.core.model import Person
from hisops.core.site import Site

NOTIFIERS = "hisops.alerting.notifiers"
_FOLLOWED = (rota.FILE, "inventory/teams.yml", "inventory/systems.yml")


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


class Follower:
    """Reads a site's desk anew when its files change; a wrong change leaves the last good one."""

    def __init__(self, io: Io, root: str) -> None:
        self._io, self._root = io, root
        self._seen = self._texts()

    def follow(self) -> tuple[Desk | None, str] | None:
        """None without a change; else the new desk, or the first mistake that forbids it."""
        texts = self._texts()
        if texts == self._seen:
            return None
        self._seen = texts
        site, problems = sites.load(self._io, self._root)
        found, more = read(self._io, site)
        told = sites.tell(self._io, self._root, [*problems, *more])
        return (None, f"{told[0].place}: {told[0].cause}") if told else (found, "")

    def _texts(self) -> tuple[str, ...]:
        paths = [f"{self._root}/{name}" for name in _FOLLOWED]
        return tuple(self._io.read(path) if self._io.exists(path) else "" for path in paths)
