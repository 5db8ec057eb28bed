"""Every class C1 system has a plan for every fault type."""

from datetime import date

from hisops.core.model import Class, Inventory, Name, System
from hisops.core.text import Duration
from hisops.workflow import plan_check
from hisops.workflow.runbook import Drill, Front, Runbook

NAME = Name(zh="甲", en="A")


def book(stem: str, fault: str, *systems: str, file: str = "/shipped/x.md") -> Runbook:
    drill = Drill(every=Duration(86400), mode="rehearse")
    front = Front(
        id=stem,
        title=NAME,
        fault_type=fault,
        severity="warning",
        roles={"operator": "ops"},
        rto=Duration(900),
        drill=drill,
        reviewed=date(2026, 1, 5),
        owner="ops",
        systems=systems,
    )
    return Runbook(stem=stem, file=file, front=front, steps=())


def causes(books: list[Runbook], class_: Class = Class.C1, **plans: str) -> list[str]:
    system = System(name=NAME, class_=class_, owner="ops", plans=plans)
    inventory = Inventory(systems={"his": system})
    found = plan_check.check({b.stem: b for b in books}, "/site", inventory, ())
    return [problem.cause for problem in found]


ALL = [book(fault, fault) for fault in plan_check.NEEDED]


def test_plans_for_all_systems_cover_every_one():
    assert causes(ALL) == []


def test_a_missing_fault_type_is_told():
    assert causes(ALL[1:]) == ["his: class C1, and no plan for a hardware fault"]


def test_a_plan_for_another_system_does_not_count():
    assert causes([*ALL[1:], book("b", "hardware", "lis")]) == [
        "his: class C1, and no plan for a hardware fault"
    ]


def test_a_plan_named_by_the_system_counts():
    assert causes([*ALL[1:], book("b", "hardware", "lis")], hardware="b") == []


def test_less_critical_systems_need_none():
    assert causes([], class_=Class.C2) == []


def test_shipped_runbooks_may_name_teams_that_a_site_does_not_have():
    own = book("own", "process", "gone", file="/site/runbooks/own.md")

    assert causes([*ALL, book("s", "process", "gone")]) == []
    assert "own: there is no system 'gone'" in causes([*ALL, own])


def test_two_runbooks_with_one_id_are_told():
    second = book("second", "process")
    twin = Runbook(stem="twin", file="/shipped/twin.md", front=second.front, steps=())

    assert causes([*ALL, second, twin]) == ["the id 'second' belongs to second too"]
