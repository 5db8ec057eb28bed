"""Processes and services that the inventory declares, on a running machine."""

import subprocess
import sys

import pytest

from tests.lab.wait import until
from tests.real.agent.test_agent_values import series

_NUMBER = "namedprocess_namegroup_num_procs"
_CPU = "namedprocess_namegroup_cpu_seconds_total"


def values(agent, name: str) -> dict[tuple[str, ...], float]:
    """Values of a family by the values of its labels."""
    found = series(agent.page(), {name})
    return {tuple(text for _, text in labels): value for (_, labels), value in found.items()}


@pytest.fixture
def sleepers():
    """Three processes with a mark in their command line."""
    code = "import time, sys; sum(range(3_000_000)); print(1, flush=True); time.sleep(600)"
    argv = [sys.executable, "-c", code, "hisops-ward-42"]
    children = [subprocess.Popen(argv, stdout=subprocess.PIPE) for _ in range(3)]
    for child in children:
        child.stdout.read(1)
    yield children
    for child in children:
        child.kill()
        child.wait(10)
        child.stdout.close()


def test_a_group_is_counted_and_its_counters_go_on_when_a_process_ends(start, sleepers):
    agent = start(**{"process.ward": "hisops-ward-42", "process.none": "^hisops-nobody$"})

    full, used = values(agent, _NUMBER), values(agent, _CPU)["ward", "user"]
    sleepers[0].kill()
    sleepers[0].wait(10)

    assert (full["ward",], full["none",]) == (3, 0)
    assert used > 0
    until(lambda: values(agent, _NUMBER)["ward",] == 2)
    assert values(agent, _CPU)["ward", "user"] >= used
    assert values(agent, "namedprocess_namegroup_open_filedesc")["ward",] >= 6
