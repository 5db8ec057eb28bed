"""What the inventory says must run on a host."""

import pytest

from hisops.core.watched import Watched, mistakes, read


def test_services_and_process_groups_are_read():
    variables = {"agent_services": ["nginx", "a@1"], "agent_processes": {"db": "^postgres"}}

    assert read(variables) == Watched(services=("nginx", "a@1"), processes={"db": "^postgres"})
    assert list(mistakes(variables)) == []


def test_a_host_without_them_has_none():
    assert read({}) == Watched()
    assert list(mistakes({})) == []


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"agent_services": "nginx"}, "expected a list"),
        ({"agent_services": [1]}, "1 is no name"),
        ({"agent_services": ["a b"]}, "'a b' is no name"),
        ({"agent_services": [{}]}, "{} is no name"),
        ({"agent_processes": ["x"]}, "expected names with patterns"),
        ({"agent_processes": {"a=b": "x"}}, "'a=b' is no name"),
        ({"agent_processes": {"db": ""}}, "expected a pattern"),
        ({"agent_processes": {"db": "x\ny"}}, "expected a pattern"),
        ({"agent_processes": {"db": 5}}, "expected a pattern"),
        ({"agent_processes": {"db": "("}}, "no regular expression"),
    ],
)
def test_a_mistake_is_told_and_left_out(variables, told):
    ((_, cause, fix),) = mistakes(variables)

    assert told in cause
    assert fix
    assert read(variables) == Watched()
