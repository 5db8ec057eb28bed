"""Every alert rule that ships: valid, complete, and with cases in which it fires and does not."""

from pathlib import Path

import pytest
import yaml

from hisops.core.io import Completed
from hisops.core.site import shipped_root
from hisops.io.local import Local
from hisops.monitor import rules

_ROOT = Path(shipped_root())
_RULES = sorted((_ROOT / "alerts/rules").glob("*.yml"))
_CASES = sorted((_ROOT / "alerts/tests").glob("*.yml"))


def _promtool(*words: object) -> Completed:
    return Local().run(["promtool", *map(str, words)])


def _alerts(path: Path) -> list[rules.Rule]:
    file = rules.decode_file(path.name, path.read_text(), [])
    assert file is not None
    return [rule for group in file.groups for rule in group.rules if rule.alert]


def _cases() -> list[tuple[str, str, bool]]:
    """Rule file, alert, whether it is expected to fire; for every case of every test file."""
    found = []
    for path in _CASES:
        document = yaml.safe_load(path.read_text())
        for file in document["rule_files"]:
            for test in document["tests"]:
                for case in test["alert_rule_test"]:
                    fires = bool(case["exp_alerts"])
                    found.append((Path(file).name, case["alertname"], fires))
    return found


def test_promtool_accepts_all_rules_together():
    done = _promtool("check", "rules", *_RULES)

    assert done.code == 0, done.err.decode()
    assert "duplicate" not in done.text


@pytest.mark.parametrize("path", _CASES, ids=lambda path: path.stem)
def test_promtool_sees_every_case_come_true(path):
    done = _promtool("test", "rules", path)

    assert done.code == 0, done.err.decode()


def test_promtool_refuses_a_case_that_is_wrong(tmp_path):
    right = (_ROOT / "alerts/tests/job.yml").read_text()
    wrong = right.replace("../rules", str(_ROOT / "alerts/rules")).replace("outcome: failed", "")
    (tmp_path / "job.yml").write_text(wrong)

    done = _promtool("test", "rules", tmp_path / "job.yml")

    assert done.code != 0
    assert "JobFailed" in done.err.decode()


@pytest.mark.parametrize("path", _RULES, ids=lambda path: path.stem)
def test_every_rule_has_a_case_that_fires_and_one_that_does_not(path):
    cases = {(name, fires) for file, name, fires in _cases() if file == path.name}

    for rule in _alerts(path):
        assert (rule.alert, True) in cases, f"{rule.alert} never fires in a case"
        if "heartbeat" not in rule.labels:  # it fires always, that is its use
            assert (rule.alert, False) in cases, f"{rule.alert} has no case in which it is quiet"


def test_every_rule_has_severity_summaries_in_both_languages_and_a_runbook_that_ships():
    files = {str(path): path.read_text() for path in _RULES}
    runbooks = {path.stem for path in (_ROOT / "runbooks").glob("*.md")}

    assert rules.check(files, (), runbooks) == []


def test_shipped_rules_leave_the_team_to_the_target():
    assert [rule.alert for path in _RULES for rule in _alerts(path) if "team" in rule.labels] == []


def test_a_site_without_own_rules_uses_the_shipped_ones(tmp_path):
    found = rules.read(Local(), str(tmp_path))

    assert [Path(path).name for path in found] == [path.name for path in _RULES]


def test_a_file_of_the_site_replaces_the_shipped_one_of_its_name(tmp_path):
    own = tmp_path / "alerts/rules/host.yml"
    own.parent.mkdir(parents=True)
    own.write_text("groups: []\n")

    found = rules.read(Local(), str(tmp_path))

    assert found[str(own)] == "groups: []\n"
    assert str(_ROOT / "alerts/rules/host.yml") not in found
