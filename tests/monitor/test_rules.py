"""What hisops asks of an alert rule."""

from hisops.core.config import Problem
from hisops.monitor import rules

_RULE = """\
groups:
  - name: own
    rules:
      - alert: BedSensorSilent
        expr: up{job="bed"} == 0
        labels:
          severity: critical
        annotations:
          summary: "{{ $labels.instance }} is silent"
          summary_zh: "{{ $labels.instance }} 无数据"
          runbook: server-down
"""


def _check(text: str) -> list[Problem]:
    return rules.check({"alerts/rules/own.yml": text}, {"dba", "network"}, {"server-down"})


def test_a_complete_rule_has_no_problem():
    assert _check(_RULE) == []


def test_an_unknown_severity_is_told_with_its_line():
    (problem,) = _check(_RULE.replace("critical", "urgent"))

    assert problem.cause == "BedSensorSilent: unknown severity 'urgent'"
    assert (problem.file, problem.line) == ("alerts/rules/own.yml", 7)
    assert "critical, warning, info" in problem.fix


def test_every_way_out_of_a_templated_severity_is_checked():
    label = "'{{ if eq $labels.class \"C1\" }}critical{{ else }}meh{{ end }}'"

    (problem,) = _check(_RULE.replace("critical", label))

    assert "unknown severity 'meh'" in problem.cause


def test_a_rule_without_severity_is_told():
    (problem,) = _check(_RULE.replace("severity: critical", "other: x"))

    assert problem.cause == "BedSensorSilent: no severity"


def test_a_team_that_does_not_exist_is_told_with_the_nearest_one():
    (problem,) = _check(_RULE.replace("severity: critical", "severity: info\n          team: dbs"))

    assert problem.cause == "BedSensorSilent: there is no team 'dbs'"
    assert problem.fix == "did you mean 'dba'?"


def test_a_rule_may_leave_its_team_to_the_label_of_the_target():
    text = _RULE.replace(
        "severity: critical", "severity: info\n          team: '{{ $labels.team }}'"
    )

    assert _check(text) == []


def test_both_languages_are_asked_for():
    text = _RULE.replace('          summary_zh: "{{ $labels.instance }} 无数据"\n', "")

    (problem,) = _check(text)

    assert problem.cause == "BedSensorSilent: no summary_zh"


def test_a_runbook_that_does_not_exist_is_told():
    (problem,) = _check(_RULE.replace("server-down", "server-dwn"))

    assert problem.cause == "BedSensorSilent: there is no runbook 'server-dwn'"
    assert problem.fix == "did you mean 'server-down'?"


def test_a_misspelt_key_is_told_with_its_line():
    (problem,) = _check(
        _RULE.replace("        expr:", "        exp:", 1).replace(
            "exp:", "expr: up\n        timing:"
        )
    )

    assert "timing: unknown setting" in problem.cause
    assert problem.line == 6


def test_broken_yaml_is_one_problem():
    (problem,) = _check("groups: [")

    assert problem.cause.startswith("not valid YAML")


def test_recording_rules_need_no_owner():
    assert _check("groups: [{name: a, rules: [{record: 'a:b', expr: 1}]}]") == []
