"""Runbooks: Markdown with front matter and fenced steps.

The format is described in docs/runbooks.md. A site's file replaces the shipped one of that name.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import Literal

import msgspec

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.io import Io
from hisops.core.model import Name, Value
from hisops.core.site import site_files
from hisops.core.text import Duration, did_you_mean

FOLDER = "runbooks"
_FRONT = re.compile(r"---\n(.*?\n)---\n", re.DOTALL)
_FENCE = re.compile(r"^```(\w[^\n]*)\n(.*?)^```[ ]*$", re.DOTALL | re.MULTILINE)
_BRACES = re.compile(r"\{\{[^}]*\}\}")
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_EVERY = frozenset({"id", "timeout", "role", "run-on"})
# What each kind of step may say (hospital.md, section 9).
KINDS: Mapping[str, frozenset[str]] = {
    "check": _EVERY | {"expect", "become"},
    "query": _EVERY | {"expect"},
    "command": _EVERY
    | {"become", "approve", "undo", "guard", "retries", "confirm", "irreversible"},
    "playbook": _EVERY | {"become", "approve", "undo", "guard", "confirm", "irreversible"},
    "manual": _EVERY | {"ack", "evidence"},
    "decide": _EVERY | {"branches"},
    "wait": _EVERY | {"check", "deadline"},
    "notify": _EVERY | {"to"},
    "restore": _EVERY | {"plan", "from"},
    "paper": _EVERY | {"form"},
}
_PROOFS = ("check", "query", "wait")
_CHANGES = ("command", "playbook")


class Drill(Value, frozen=True, kw_only=True):
    """How often the plan is practised, and how."""

    every: Duration
    mode: Literal["tabletop", "rehearse", "twin", "live"]


class Input(Value, frozen=True, kw_only=True):
    """A value that is settled when a run starts; `from` names the alert's label that holds it."""

    type: Literal["host", "text", "number", "duration"] = "text"
    default: str = ""
    from_: str = msgspec.field(name="from", default="")
    max: float | None = None
    choices: tuple[str, ...] = ()


class Front(Value, frozen=True, kw_only=True):
    """Front matter; `systems` empty means every system."""

    id: str
    title: Name
    fault_type: Literal["hardware", "network", "software", "security", "facility", "process"]
    severity: Literal["critical", "warning", "info"]
    roles: Mapping[str, str]
    rto: Duration
    drill: Drill
    reviewed: date
    owner: str
    alerts: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    inputs: Mapping[str, Input] = {}
    paper: bool = False


class Step(Value, frozen=True, kw_only=True):
    """One fenced step; a flag such as `irreversible` has the value `yes`."""

    kind: str
    says: Mapping[str, str]
    text: str
    line: int


class Runbook(Value, frozen=True, kw_only=True):
    """An emergency plan; `stem` is the name that alerts refer to."""

    stem: str
    file: str
    front: Front
    steps: tuple[Step, ...]


def read(io: Io, root: str) -> tuple[dict[str, Runbook], list[Problem]]:
    """Every runbook in effect by its stem, and the mistakes in their files."""
    problems: list[Problem] = []
    found = {}
    for name, path in site_files(io, root, FOLDER, ".md", shipped=True).items():
        if PurePath(name).stem != "README":
            runbook = parse(io.read(path), path, problems)
            if runbook is not None:
                found[runbook.stem] = runbook
    return found, problems


def parse(text: str, file: str, problems: list[Problem]) -> Runbook | None:
    """One runbook; None when its front matter is wrong."""
    match = _FRONT.match(text)
    if match is None:
        cause = "no front matter: the file starts with a block between two lines of ---"
        problems.append(Problem(file=file, line=1, cause=cause, fix="see runbooks/server-down.md"))
        return None
    own: list[Problem] = []
    data = config.parse(match[1], file, own)
    front = config.decode(data, Front, file, own)
    own += config.duplicate_keys(match[1], file)
    problems += [_shifted(problem, match[1]) for problem in own]
    before = len(problems)
    steps = tuple(_steps(text, file, problems))
    if front is None:
        return None
    found = Runbook(stem=PurePath(file).stem, file=file, front=front, steps=steps)
    if len(problems) == before:  # a step that is left out would look like one that is missing
        problems += _lint(found)
    return found


def _shifted(problem: Problem, front: str) -> Problem:
    """The same with its line in the whole file: front matter starts on the second."""
    line = (problem.line or config.locate(front, problem.at)) + 1
    return msgspec.structs.replace(problem, line=line)


def _steps(text: str, file: str, problems: list[Problem]) -> Iterator[Step]:
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        try:
            yield _step(match[1].strip(), match[2].strip(), line)
        except ValueError as error:
            fix = "see docs/runbooks.md"
            problems.append(Problem(file=file, line=line, cause=str(error), fix=fix))


def _step(info: str, body: str, line: int) -> Step:
    outside = re.sub(r'"[^"]*"', "", info)
    if _BRACES.search(outside) or "{{" in outside:
        raise ValueError('braces need quotes: run-on="{{ host }}", else part of them is lost')
    kind, *words = shlex.split(info)
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or f"known: {', '.join(KINDS)}"
        raise ValueError(f"there is no step of kind {kind!r}: {hint}")
    says = {}
    for word in words:
        key, equals, value = word.partition("=")
        if key not in KINDS[kind]:
            hint = did_you_mean(key, KINDS[kind]) or f"known: {', '.join(sorted(KINDS[kind]))}"
            raise ValueError(f"{kind}: unknown attribute {key!r}: {hint}")
        says[key] = value if equals else "yes"
    if "timeout" in says:
        Duration.parse(says["timeout"])
    if not body:
        raise ValueError(f"the {kind} step is empty")
    return Step(kind=kind, says=says, text=body, line=line)


def _lint(runbook: Runbook) -> Iterator[Problem]:
    if not runbook.steps:
        fix = "add a ```check or ```manual block"
        yield Problem(file=runbook.file, line=1, cause="a runbook without a step", fix=fix)
    ids = {step.says["id"] for step in runbook.steps if "id" in step.says}
    for number, step in enumerate(runbook.steps):
        for cause, fix in (*_names(step, runbook.front, ids), *_change(number, runbook.steps)):
            yield Problem(file=runbook.file, line=step.line, cause=cause, fix=fix)


def _names(step: Step, front: Front, ids: set[str]) -> Iterator[tuple[str, str]]:
    """Inputs, steps and roles that a step names and the runbook does not have."""
    for name in _PLACE.findall(" ".join([step.text, *step.says.values()])):
        if name not in front.inputs:
            fix = did_you_mean(name, front.inputs) or "add it to inputs:"
            yield f"there is no input {name!r}", fix
    for key in ("undo", "guard", "check"):
        if step.says.get(key, "") not in ids | {""}:
            yield (
                f"{key}: there is no step with the id {step.says[key]!r}",
                "give that step id=NAME",
            )
    role = step.says.get("role", "")
    if role and role not in front.roles:
        yield f"there is no role {role!r}", did_you_mean(role, front.roles) or "add it to roles:"


def _change(number: int, steps: tuple[Step, ...]) -> Iterator[tuple[str, str]]:
    """A change stands between two proofs, and can be undone or says that it cannot."""
    step, kinds = steps[number], [step.kind for step in steps]
    if step.kind not in _CHANGES:
        return
    if not (set(kinds[:number]) & set(_PROOFS) and set(kinds[number:]) & set(_PROOFS)):
        yield f"a {step.kind} without a check before and after", "add the missing check"
    if not step.says.keys() & {"undo", "irreversible"}:
        cause = f"a {step.kind} that says neither how to undo it nor irreversible"
        yield cause, "add undo=ID or irreversible"
