"""Alert rules: the shipped ones, overlaid by the site's files of the same name, and their checks.

Format: prometheus.io/docs, alerting and recording rules. promtool judges syntax and expressions;
here stands what hisops itself asks of a rule: a severity, an owner, both languages, a runbook.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import PurePath

import msgspec

from hisops.core.config import Path, Problem, decode, locate, parse
from hisops.core.io import Io
from hisops.core.model import Value
from hisops.core.site import Site, site_files
from hisops.core.text import did_you_mean

FOLDER = "alerts/rules"
SEVERITIES = ("critical", "warning", "info")
_ACTION = re.compile(r"\{\{.*?\}\}")
_Text = str | int | float


class Rule(Value, frozen=True, kw_only=True):
    """One alerting or recording rule."""

    expr: _Text
    alert: str = ""
    record: str = ""
    for_: _Text = msgspec.field(name="for", default="")
    keep_firing_for: _Text = ""
    labels: Mapping[str, _Text] = {}
    annotations: Mapping[str, _Text] = {}


class Group(Value, frozen=True, kw_only=True):
    """Rules that are evaluated together, one after the other."""

    name: str
    interval: _Text = ""
    limit: int = 0
    rules: tuple[Rule, ...] = ()


class File(Value, frozen=True, kw_only=True):
    """A rule file."""

    groups: tuple[Group, ...] = ()


def read(io: Io, root: str) -> dict[str, str]:
    """Text of every rule file in effect, by its path."""
    found = site_files(io, root, FOLDER, shipped=True)
    return {path: io.read(path) for path in found.values()}


def find_problems(io: Io, site: Site) -> list[Problem]:
    """Mistakes in the rule files in effect."""
    runbooks = site_files(io, site.root, "runbooks", suffix=".md", shipped=True)
    stems = {PurePath(name).stem for name in runbooks}
    return check(read(io, site.root), site.inventory.teams, stems)


def decode_file(file: str, text: str, problems: list[Problem]) -> File | None:
    """A rule file as values; None when it has mistakes (problems are added)."""
    return decode(parse(text, file, problems) or {}, File, file, problems)


def check(
    files: Mapping[str, str], teams: Collection[str], runbooks: Collection[str]
) -> list[Problem]:
    """What is missing in rule files: severity, owner, summaries, an existing runbook."""
    problems = []
    for file, text in files.items():
        found: list[Problem] = []
        decoded = decode_file(file, text, found)
        for i, group in enumerate(decoded.groups if decoded else ()):
            for j, rule in enumerate(group.rules):
                at: Path = ("groups", i, "rules", j)
                if rule.alert:
                    found += _check_alert(rule, file, at, teams, runbooks)
        problems += [_with_line(problem, text) for problem in found]
    return problems


def severities(label: str) -> set[str]:
    """Every severity that a label, perhaps a template, can come out as."""
    return {piece.strip() for piece in _ACTION.split(label) if piece.strip()}


def _check_alert(
    rule: Rule, file: str, at: Path, teams: Collection[str], runbooks: Collection[str]
) -> list[Problem]:
    problems = []

    def add(cause: str, fix: str, *, key: str) -> None:
        where = (*at, *key.split("."))
        problems.append(Problem(file=file, at=where, cause=f"{rule.alert}: {cause}", fix=fix))

    levels = severities(str(rule.labels.get("severity", "")))
    for level in sorted(levels - set(SEVERITIES)) if levels else [""]:
        cause = f"unknown severity {level!r}" if level else "no severity"
        add(cause, f"set severity to one of: {', '.join(SEVERITIES)}", key="labels.severity")
    team = str(rule.labels.get("team", ""))
    if team and not _ACTION.search(team) and team not in teams:
        fix = did_you_mean(team, teams) or "without it the owner of the system is paged"
        add(f"there is no team {team!r}", fix, key="labels.team")
    for key in ("summary", "summary_zh"):
        if not rule.annotations.get(key):
            add(f"no {key}", f"add the annotation {key}: what happened, on what", key="annotations")
    runbook = str(rule.annotations.get("runbook", ""))
    if runbook not in runbooks:
        fix = did_you_mean(runbook, runbooks) or f"write runbooks/{runbook or 'NAME'}.md"
        cause = f"there is no runbook {runbook!r}" if runbook else "no runbook"
        add(cause, fix, key="annotations.runbook")
    return problems


def _with_line(problem: Problem, text: str) -> Problem:
    return msgspec.structs.replace(problem, line=problem.line or locate(text, problem.at))
