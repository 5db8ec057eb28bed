"""The whole site under one look: every mistake in every file, with its line and what to do."""

import msgspec

from hisops.core import checks
from hisops.core.checks.hosts import Variable
from hisops.core.config import Problem, locate
from hisops.core.inventory import trace
from hisops.core.io import Io
from hisops.core.site import Site, Told, load, tell
from hisops.workflow import plan_check, runbook, site_layout, unit_check


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a check looked at, and what it found."""

    site: str
    hosts: int
    groups: int
    systems: int
    links: int
    zones: int
    teams: int
    people: int
    runbooks: int
    alerts: int
    plans: int
    probes: int
    problems: tuple[Told, ...]

    @property
    def line(self) -> str:
        """What was looked at, in one line."""
        counts = [f"{getattr(self, name)} {name}" for name in self.__struct_fields__[1:-1]]
        return ", ".join(counts)


def check(io: Io, root: str) -> list[Problem]:
    """Every mistake of a site once, each with its line, by file and line."""
    return [
        Problem(file=told.file, line=told.line, cause=told.cause, fix=told.fix)
        for told in report(io, root).problems
    ]


def describe(_io: Io, problem: Problem) -> str:
    """A checked problem in one line."""
    return f"{problem.file}:{problem.line}: {problem.cause}"


def report(io: Io, root: str) -> Report:
    """The site's counts and every mistake in it."""
    site, problems = load(io, root)
    problems += checks.check(site)
    problems += site_layout.check(io, site.root, site.inventory)
    problems += unit_check.check(site.root)
    books, found = runbook.read(io, site.root)
    alerts, wrong = _alerts(io, site)
    plans, missing = _plans(io, site)
    probed, odd = _probes(io, site)
    problems += [
        *found,
        *odd,
        *wrong,
        *missing,
        *_rota(io, site),
        *_accepted(io, site),
        *_power(io, site),
    ]
    named = plan_check.check(books, site.root, site.inventory, alerts)
    problems += [_in_front(io, problem) for problem in named]
    inventory = site.inventory
    return Report(
        site=site.settings.name,
        hosts=len(inventory.hosts),
        groups=len(inventory.groups),
        systems=len(inventory.systems),
        links=len(inventory.links),
        zones=len(inventory.zones),
        teams=len(inventory.teams),
        people=len(inventory.people),
        runbooks=len(books),
        alerts=len(alerts),
        plans=plans,
        probes=probed,
        problems=tuple(tell(io, site.root, [_placed(io, site, each) for each in problems])),
    )


def _alerts(io: Io, site: Site) -> tuple[set[str], list[Problem]]:
    """Names of the alerts in effect, and what is wrong with their rules."""
    from hisops.monitor import rules

    names = set()
    for path, text in rules.read(io, site.root).items():
        file = rules.decode_file(path, text, [])
        names |= {rule.alert for group in (file.groups if file else ()) for rule in group.rules}
    return names - {""}, rules.find_problems(io, site)


def _plans(io: Io, site: Site) -> tuple[int, list[Problem]]:
    """How many backup plans there are, and what is wrong with them."""
    from hisops.backup import plan

    plans, problems = plan.read(io, site.root, site.state)
    return len(plans), [*problems, *plan.check(plans, site.inventory)]


def _accepted(io: Io, site: Site) -> list[Problem]:
    from hisops.net import accepted, fabric

    found, problems = accepted.read(io, site.root)
    graph = fabric.build(site.inventory)
    return [*problems, *accepted.check(found, site.inventory, graph)]


def _probes(io: Io, site: Site) -> tuple[int, list[Problem]]:
    """How many checks the prober has, and what is wrong with them."""
    from hisops.monitor import watch

    plan, problems = watch.read(io, site)
    return len(plan.checks), problems


def _rota(io: Io, site: Site) -> list[Problem]:
    from hisops.alerting import desk

    return desk.read(io, site)[1]


def _power(io: Io, site: Site) -> list[Problem]:
    from hisops.power import check, settings

    power, problems = settings.read(io, site.root)
    return [*problems, *check.check(power, site.inventory)]


def _placed(io: Io, site: Site, problem: Problem) -> Problem:
    """A mistake in a host's variable at the place where the variable is set."""
    if not isinstance(problem, Variable) or not problem.variable:
        return problem
    place = trace(io, site.root, problem.host, problem.variable)
    return msgspec.structs.replace(problem, file=place.file, at=place.at, line=place.line)


def _in_front(io: Io, problem: Problem) -> Problem:
    """A mistake in a runbook's front matter with its line: the block starts on line 2."""
    if not problem.file.endswith(".md"):
        return problem
    front = io.read(problem.file).partition("---\n")[2].partition("\n---")[0]
    return msgspec.structs.replace(problem, line=locate(front, problem.at) + 1)
