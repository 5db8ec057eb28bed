"""Objectives of systems as rules."""

import msgspec
import pytest
import yaml

from hisops.core.checks import settings as checks
from hisops.core.model import Class
from hisops.core.objective import Objective, Promises
from hisops.core.text import Duration
from hisops.monitor import objective


def promising(site, promises):
    return msgspec.structs.replace(
        site, settings=msgspec.structs.replace(site.settings, slo=promises)
    )


def values(files):
    (group,) = yaml.safe_load(files[objective.FILE])["groups"]
    return {(rule["record"], *rule["labels"].values()): rule["expr"] for rule in group["rules"]}


def test_class_c1_promises_999_per_mille_unless_the_site_says_otherwise(site):
    found = values(objective.render(site))

    assert found["hisops:slo_objective:ratio", "his", "availability"] == "vector(0.999)"
    assert found["hisops:slo_objective:ratio", "his", "latency"] == "vector(0.99)"
    assert found["hisops:slo_latency_seconds", "his"] == "vector(1)"
    assert {system for _, system, *_ in found} == {"his", "core-net"}


def test_a_system_of_the_site_has_its_own_and_a_class_may_be_added(site):
    promises = Promises(
        classes={Class.C3: Objective(availability=95)},
        systems={"his": Objective(availability=99.95, latency=Duration(0.5))},
    )

    found = values(objective.render(promising(site, promises)))

    assert found["hisops:slo_objective:ratio", "his", "availability"] == "vector(0.9995)"
    assert found["hisops:slo_latency_seconds", "his"] == "vector(0.5)"
    assert found["hisops:slo_objective:ratio", "oa", "availability"] == "vector(0.95)"
    assert not any(system == "core-net" for _, system, *_ in found)


def test_who_promises_nothing_has_no_file(site):
    assert objective.render(promising(site, Promises(classes={}))) == {}


@pytest.mark.parametrize("percent", [100, 0, -1])
def test_an_objective_without_a_budget_is_refused(percent):
    with pytest.raises(ValueError, match="availability: expected per cent"):
        Objective(availability=percent)


def test_an_objective_of_an_unknown_system_is_a_mistake(site):
    promises = Promises(systems={"hiss": Objective()})

    (problem,) = checks.check(promising(site, promises))

    assert (problem.at, problem.fix) == (("slo", "systems", "hiss"), "did you mean 'his'?")
