"""Judging: silence, age and gaps never pass."""

from datetime import timedelta
from typing import ClassVar

import msgspec
import pytest

from hisops.audit.checks.held import Held
from hisops.audit.evaluate import evaluate
from hisops.audit.finding import Reason, Status
from hisops.core import units
from tests.audit.checks import test_patch, test_reboot
from tests.audit.sample import AT, facts, packages

FACTS = facts(packages("bash 5.2"))
CHECKS = {n: kind() for n, kind in units.find("hisops.audit.checks").items()}


class Silent(Held, frozen=True, kw_only=True):
    """A check that says nothing."""

    answer: ClassVar[tuple[()]] = ()

    def check(self, facts):
        return self.answer


class Confused(Held, frozen=True, kw_only=True):
    """A check that cannot read its facts."""

    def check(self, facts):
        return [int("many")]


def reasons(check, now=AT, known=FACTS):
    (result,) = evaluate(known, {"x": check}, now)
    return result.status, [finding.reason for finding in result.findings]


def test_a_check_that_is_silent_is_unknown():
    assert reasons(Silent()) == (Status.UNKNOWN, [Reason.NO_VERDICT])


def test_a_check_that_cannot_read_its_facts_is_unknown():
    assert reasons(Confused()) == (Status.UNKNOWN, [Reason.BROKEN])


@pytest.mark.parametrize(
    ("hours", "reason"), [(25, Reason.TOO_OLD), (-1, Reason.CLOCK), (23, None), (-0.01, None)]
)
def test_facts_count_for_a_day_and_never_from_the_future(hours, reason):
    assert reasons(Held(), now=AT + timedelta(hours=hours))[1] == [reason]


def test_a_group_that_nobody_may_read_is_unknown_with_its_reason():
    known = facts(gaps={"packages": Reason.DENIED})

    assert reasons(Held(), known=known) == (Status.UNKNOWN, [Reason.DENIED])


def test_the_same_facts_give_the_same_results():
    known = test_patch.SAMPLES["fail"]

    assert evaluate(known, CHECKS, AT) == evaluate(known, CHECKS, AT)


@pytest.mark.parametrize("known", [*test_patch.SAMPLES.values(), *test_reboot.SAMPLES.values()])
def test_taking_a_fact_away_never_turns_a_verdict_into_a_pass(known):
    before = {r.check: r.status for r in evaluate(known, CHECKS, AT)}

    for tag in known.groups:
        fewer = {name: group for name, group in known.groups.items() if name != tag}
        reduced = msgspec.structs.replace(known, groups=fewer)
        after = {r.check: r.status for r in evaluate(reduced, CHECKS, AT)}
        passed = [n for n, status in after.items() if status is Status.PASS]
        assert [name for name in passed if before[name] is not Status.PASS] == []
