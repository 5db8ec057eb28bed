"""Every audit check: severity, remedy, title in both languages, known controls, three samples."""

import importlib.util
import re
from pathlib import Path

import pytest

from hisops.audit.collector.start import GROUPS as COLLECTED
from hisops.audit.control import CONTROLS
from hisops.audit.evaluate import evaluate
from hisops.audit.facts import GROUPS
from hisops.audit.finding import Severity, Status
from hisops.core import units

FOLDER = Path(__file__).resolve().parents[1] / "audit" / "checks"
CHECKS = {name: kind() for name, kind in units.find("hisops.audit.checks").items()}
METRIC = re.compile(r"hisops_[a-z_]+")


@pytest.fixture(params=sorted(CHECKS))
def name(request) -> str:
    return request.param


def samples(name: str):
    spec = importlib.util.spec_from_file_location(f"samples_{name}", FOLDER / f"test_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SAMPLES


def verdict(name: str, sample: str) -> Status:
    known = samples(name)[sample]
    (result,) = evaluate(known, {name: CHECKS[name]}, known.collected_at)
    return result.status


def test_has_a_title_in_both_languages(name):
    title = CHECKS[name].title

    assert re.search("[一-鿿]", title.zh)
    assert title.en.isascii()


def test_says_how_bad_it_is_and_what_to_do(name):
    check = CHECKS[name]

    assert check.severity in Severity
    assert len(check.remedy) > 10
    assert type(check).__doc__


def test_names_controls_of_the_catalogue_and_groups_that_are_collected(name):
    check = CHECKS[name]

    assert check.controls
    assert set(check.controls) <= CONTROLS.keys()
    assert {group.tag for group in check.needs} <= COLLECTED.keys()


def test_its_metrics_have_names_and_help(name):
    for gauge in CHECKS[name].gauges.values():
        assert METRIC.fullmatch(gauge.family.name)
        assert gauge.family.help.endswith(".")


@pytest.mark.parametrize("sample", ["pass", "fail", "unknown"])
def test_has_a_sample_of_each_verdict(name, sample):
    assert verdict(name, sample).value == sample


def test_without_facts_it_is_unknown(name):
    known = samples(name)["pass"]
    empty = type(known)(
        host=known.host, collected_at=known.collected_at, groups={}, gaps={}, costs={}
    )

    (result,) = evaluate(empty, {name: CHECKS[name]}, known.collected_at)

    assert result.status is Status.UNKNOWN


def test_each_group_of_facts_has_a_collector_and_a_type():
    assert {group.tag for group in GROUPS} == COLLECTED.keys()


def test_no_clause_of_a_standard_is_called_verified_before_a_person_did():
    assert [n for n, c in CONTROLS.items() if n.startswith("mlps:") and c.verified] == []
