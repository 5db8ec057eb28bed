"""Groups of processes, from files as proc(5) describes them."""

import pytest

from hisops.monitor.collectors.process_group import ProcessGroup, parse

_N = "namedprocess_namegroup_"


def stat(pid: int, name: str, **fields: int) -> str:
    """A line of /proc/PID/stat: state, then fields 4 to 52."""
    numbers = [0] * 49
    places = {"minflt": 6, "majflt": 8, "utime": 10, "stime": 11}
    places |= {"threads": 16, "start": 18, "vsize": 19, "rss": 20}
    for field, value in ({"threads": 1, "start": 500} | fields).items():
        numbers[places[field]] = value
    return f"{pid} ({name}) S {' '.join(map(str, numbers))}\n"


@pytest.fixture
def host(machine):
    """A machine with a database of two processes, and a shell."""
    machine.files["/proc/stat"] = "cpu 1\nbtime 1000\n"
    run(machine, 10, "postgres", "/usr/lib/postgresql/15/bin/postgres\0-D\0/data\0", utime=150)
    run(machine, 11, "postgres", "postgres: checkpointer", utime=50, rss=10, start=900)
    run(machine, 12, "bash", "-bash\0", utime=9999)
    return machine


def run(machine, pid: int, name: str, line: str, **fields: int) -> None:
    machine.files[f"/proc/{pid}/stat"] = stat(pid, name, **fields)
    machine.files[f"/proc/{pid}/cmdline"] = line
    machine.files[f"/proc/{pid}/status"] = (
        "Name:\tx\nVmSwap:\t     12 kB\nvoluntary_ctxt_switches:\t7\n"
        "nonvoluntary_ctxt_switches:\t2\n"
    )
    machine.files[f"/proc/{pid}/limits"] = "Max open files            4         8         files\n"
    machine.files[f"/proc/{pid}/fd/0"] = ""


def end(machine, pid: int) -> None:
    for path in [path for path in machine.files if path.startswith(f"/proc/{pid}/")]:
        del machine.files[path]


def group(**patterns: str) -> ProcessGroup:
    unit = ProcessGroup()
    unit.groups = tuple(patterns.items())
    return unit


def test_a_group_is_the_sum_of_its_processes(host, values):
    found = values(group(db="^postgres").read(host))

    assert found[f"{_N}num_procs", "db"] == 2
    assert found[f"{_N}cpu_seconds_total", "db", "user"] == 2.0
    assert found[f"{_N}memory_bytes", "db", "resident"] == 10 * 4096
    assert found[f"{_N}memory_bytes", "db", "swapped"] == 24 * 1024
    assert found[f"{_N}context_switches_total", "db", "voluntary"] == 14
    assert found[f"{_N}states", "db", "Sleeping"] == 2
    assert found[f"{_N}oldest_start_time_seconds", "db"] == 1005
    assert found[f"{_N}open_filedesc", "db"] == 2
    assert found[f"{_N}worst_fd_ratio", "db"] == 0.25


def test_a_pattern_may_match_the_command_line(host, values):
    found = values(group(data="-D /data").read(host))

    assert found[f"{_N}num_procs", "data"] == 1


def test_a_process_belongs_to_the_first_group_that_it_matches(host, values):
    found = values(group(checkpoints="checkpointer", db="postgres").read(host))

    assert (found[f"{_N}num_procs", "checkpoints"], found[f"{_N}num_procs", "db"]) == (1, 1)


def test_an_empty_group_has_the_number_0_and_no_age(host, values):
    found = values(group(his="^tomcat").read(host))

    assert found[f"{_N}num_procs", "his"] == 0
    assert (f"{_N}oldest_start_time_seconds", "his") not in found


def test_a_counter_goes_on_when_a_process_ends_and_another_one_gets_its_number(host, values):
    unit, cpu = group(db="^postgres"), (f"{_N}cpu_seconds_total", "db", "user")
    unit.read(host)
    end(host, 11)
    without = values(unit.read(host))[cpu]
    run(host, 11, "postgres", "postgres: walwriter", utime=30, start=2000)

    after = values(unit.read(host))[cpu]

    assert (without, after) == (2.0, pytest.approx(2.3))


def test_a_process_that_becomes_another_program_changes_its_group(host, values):
    unit = group(db="^postgres")
    before = values(unit.read(host))[f"{_N}num_procs", "db"]
    run(host, 12, "postgres", "postgres", start=500)

    assert (before, values(unit.read(host))[f"{_N}num_procs", "db"]) == (2, 3)


def test_a_process_that_ends_while_it_is_read_is_not_counted(host, values):
    del host.files["/proc/11/cmdline"]

    assert values(group(db="^postgres").read(host))[f"{_N}num_procs", "db"] == 1


def test_open_files_that_only_their_owner_may_see_are_left_out(host, values):
    for pid in (10, 11):
        del host.files[f"/proc/{pid}/limits"]

    found = values(group(db="^postgres").read(host))

    assert (f"{_N}open_filedesc", "db") not in found
    assert found[f"{_N}context_switches_total", "db", "nonvoluntary"] == 4


def test_a_name_may_hold_brackets_and_spaces():
    assert parse(stat(1, "a) R (b", utime=100)).name == "a) R (b"
