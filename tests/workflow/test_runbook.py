"""Runbooks: front matter, steps and what is wrong with them."""

import pytest

from hisops.core.config import Problem
from hisops.workflow import runbook
from hisops.workflow.runbook import Runbook

FRONT = """---
id: t-1
title: {zh: 试, en: Test}
fault_type: software
severity: warning
roles: {operator: ops}
rto: 15 min
inputs:
  host: {type: host, from: instance}
drill: {every: 182 d, mode: rehearse}
reviewed: 2026-01-05
owner: ops
---
"""


def parsed(body: str, front: str = FRONT) -> tuple[Runbook | None, list[Problem]]:
    problems: list[Problem] = []
    return runbook.parse(front + body, "/s/runbooks/test.md", problems), problems


def step(info: str, body: str = "true") -> str:
    return f"```{info}\n{body}\n```\n"


def test_a_step_has_a_kind_attributes_text_and_line():
    found, problems = parsed(
        "# Title\n" + step('check run-on="{{ host }}" timeout="20 s"', "uptime")
    )

    assert problems == []
    assert found.stem == "test"
    assert [(s.kind, s.says, s.text, s.line) for s in found.steps] == [
        ("check", {"run-on": "{{ host }}", "timeout": "20 s"}, "uptime", 15)
    ]


def test_a_flag_counts_as_yes():
    found, _ = parsed(step("check") + step("command irreversible") + step("check"))

    assert found.steps[1].says == {"irreversible": "yes"}


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (step("check run-on={{ host }}"), "braces need quotes"),
        (step("checks"), "there is no step of kind 'checks': did you mean 'check'?"),
        (step("check wait=1"), "check: unknown attribute 'wait'"),
        (step('check timeout="soon"'), "a duration such as"),
        (step('check run-on="x'), "No closing quotation"),
        (step("check", ""), "the check step is empty"),
        (step("check", "ping {{ hst }}"), "there is no input 'hst'"),
        (step("check role=chief"), "there is no role 'chief'"),
        (
            step("check") + step("command irreversible"),
            "a command without a check before and after",
        ),
        (step("check") + step("command") + step("check"), "neither how to undo it"),
        (step("check") + step("command undo=u") + step("wait"), "no step with the id 'u'"),
        ("only text\n", "a runbook without a step"),
    ],
)
def test_a_wrong_step_is_told(body, cause):
    _, problems = parsed(body)

    assert cause in problems[0].cause
    assert problems[0].fix
    assert len(problems) == 1


def test_a_mistake_in_the_front_matter_is_told_with_its_line_in_the_file():
    found, problems = parsed(step("check"), FRONT.replace("severity: warning", "severity: loud"))

    assert found is None
    assert [(p.line, p.cause) for p in problems] == [(5, "severity: invalid enum value 'loud'")]


def test_a_file_without_front_matter_is_told():
    found, problems = parsed("", "# Only text\n")

    assert found is None
    assert "no front matter" in problems[0].cause
