"""Processes and threads."""

import os

from hisops.io.cached import Cached
from hisops.monitor.collectors.processes import Processes, parse


def test_counts_processes_and_threads_by_state(recorded, values):
    assert values(Processes().read(recorded("processes"))) == {
        ("node_processes_pids",): 4,
        ("node_processes_max_processes",): 32768,
        ("node_processes_threads",): 6,
        ("node_processes_max_threads",): 192730,
        ("node_processes_state", "S"): 2,
        ("node_processes_state", "I"): 1,
        ("node_processes_state", "Z"): 1,
        ("node_processes_threads_state", "S"): 2,
        ("node_processes_threads_state", "R"): 1,
        ("node_processes_threads_state", "D"): 1,
        ("node_processes_threads_state", "I"): 1,
        ("node_processes_threads_state", "Z"): 1,
    }


def test_a_name_with_brackets_does_not_hide_the_state():
    rest = "R 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 7 0 1000"

    assert parse(f"20 (a) S (b) {rest}") == ("R", 7)


def test_processes_that_end_meanwhile_are_no_failure(values):
    machine = Cached(limit=0)

    found = values(Processes().read(machine))

    assert 0 < found["node_processes_pids",] <= len(os.listdir("/proc"))  # noqa: PTH208 - a count
