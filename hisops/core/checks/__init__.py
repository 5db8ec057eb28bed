"""Cross-checks of a loaded site: pure functions `Site -> Iterable[Problem]`."""

from collections.abc import Callable, Iterable

from hisops.core.checks import hosts, links, settings, systems, teams, zones
from hisops.core.config import Problem
from hisops.core.site import Site

CHECKS: tuple[Callable[[Site], Iterable[Problem]], ...] = (
    settings.check,
    systems.check,
    teams.check,
    zones.check,
    links.check,
    hosts.check,
)


def check(site: Site) -> list[Problem]:
    """Every mistake that shows when parts of the site are held side by side."""
    return [problem for each in CHECKS for problem in each(site)]
