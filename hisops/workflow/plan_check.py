"""Runbooks against the site: what they name exists, and every class C1 system has its plans."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from hisops.core.config import Path, Problem
from hisops.core.model import Class, Inventory
from hisops.core.text import did_you_mean
from hisops.workflow.runbook import Runbook

# Requirement P9 asks for a plan per fault type; `process` is about people, not one system.
NEEDED = ("hardware", "network", "software", "security", "facility")
_FILE = "inventory/systems.yml"


def check(
    runbooks: Mapping[str, Runbook], root: str, inventory: Inventory, alerts: Collection[str]
) -> Iterator[Problem]:
    """Names that do not exist, plans that are missing.

    Shipped runbooks name teams and systems of the reference site: they are judged there.
    """
    for runbook in runbooks.values():
        if runbook.file.startswith(root):
            yield from _names(runbook, inventory, alerts)
    yield from _twice(runbooks.values())
    yield from _missing(runbooks, inventory)


def _names(runbook: Runbook, inventory: Inventory, alerts: Collection[str]) -> Iterator[Problem]:
    front = runbook.front
    named: list[tuple[Path, str, str, Collection[str]]] = [
        *((("alerts", n), "alert", each, alerts) for n, each in enumerate(front.alerts)),
        *(
            (("systems", n), "system", each, inventory.systems)
            for n, each in enumerate(front.systems)
        ),
        *((("roles", role), "team", each, inventory.teams) for role, each in front.roles.items()),
        (("owner",), "team", front.owner, inventory.teams),
    ]
    for at, what, name, known in named:
        if name not in known:
            fix = did_you_mean(name, known) or f"name a {what} that exists"
            cause = f"{runbook.stem}: there is no {what} {name!r}"
            yield Problem(file=runbook.file, at=at, cause=cause, fix=fix)


def _twice(runbooks: Iterable[Runbook]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for runbook in runbooks:
        other = seen.setdefault(runbook.front.id, runbook.stem)
        if other != runbook.stem:
            cause = f"the id {runbook.front.id!r} belongs to {other} too"
            fix = "give each runbook an id of its own"
            yield Problem(file=runbook.file, at=("id",), cause=cause, fix=fix)


def _missing(runbooks: Mapping[str, Runbook], inventory: Inventory) -> Iterator[Problem]:
    for key, system in inventory.systems.items():
        for fault, stem in system.plans.items():
            if stem not in runbooks:
                fix = did_you_mean(stem, runbooks) or f"write runbooks/{stem}.md"
                cause = f"{key}: there is no runbook {stem!r}"
                yield Problem(file=_FILE, at=(key, "plans", fault), cause=cause, fix=fix)
        if system.class_ is Class.C1:
            covered = set(system.plans) | _covered(key, runbooks.values())
            for fault in NEEDED:
                if fault not in covered:
                    cause = f"{key}: class C1, and no plan for a {fault} fault"
                    fix = f"add `plans: {{{fault}: RUNBOOK}}`, or the system to a runbook of that type"
                    yield Problem(file=_FILE, at=(key,), cause=cause, fix=fix)


def _covered(system: str, runbooks: Iterable[Runbook]) -> set[str]:
    """Fault types for which a runbook is meant for the system, or for all."""
    fronts = [runbook.front for runbook in runbooks]
    return {front.fault_type for front in fronts if not front.systems or system in front.systems}
