"""Processor time from /proc/stat."""

from hisops.monitor.collectors.stat import Stat, parse, steady

# Linux 6.18, Debian 12, /proc/stat
STAT = """\
cpu  15630 0 5911 709335 587 0 188 10 0 0
cpu0 5776 1 2578 357226 79 0 58 2 3 4
cpu1 9854 0 3333 352108 507 0 129 7 0 0
intr 182667 0 0 12 7
ctxt 1544434
btime 1795485115
processes 22041
procs_running 2
procs_blocked 1
softirq 456028 0 66775
"""


def test_counts_seconds_of_each_processor_and_mode(values):
    found = values(parse(STAT))

    assert found["node_cpu_seconds_total", "0", "user"] == 57.76
    assert found["node_cpu_seconds_total", "1", "idle"] == 3521.08
    assert found["node_cpu_guest_seconds_total", "0", "user"] == 0.03
    assert found["node_cpu_guest_seconds_total", "0", "nice"] == 0.04
    assert sum(name == "node_cpu_seconds_total" for name, *_ in found) == 16


def test_takes_the_totals_of_the_machine(values):
    found = values(parse(STAT))

    assert found["node_intr_total",] == 182667
    assert found["node_boot_time_seconds",] == 1795485115
    assert found["node_forks_total",] == 22041
    assert found["node_procs_running",] == 2
    assert found["node_procs_blocked",] == 1
    assert found["node_context_switches_total",] == 1544434


def test_a_time_that_goes_back_a_little_stays(machine, values):
    unit = Stat()
    machine.files["/proc/stat"] = STAT
    unit.read(machine)
    machine.files["/proc/stat"] = STAT.replace(" 79 ", " 70 ").replace("5776", "5777")

    found = values(unit.read(machine))

    assert found["node_cpu_seconds_total", "0", "iowait"] == 0.79
    assert found["node_cpu_seconds_total", "0", "user"] == 57.77


def test_a_time_that_starts_anew_is_shown():
    assert steady([100.0], [0.5]) == [0.5]


def test_a_processor_that_goes_offline_loses_its_series(machine, values):
    unit = Stat()
    machine.files["/proc/stat"] = STAT
    unit.read(machine)
    machine.files["/proc/stat"] = STAT.replace("cpu1 9854 0 3333 352108 507 0 129 7 0 0\n", "")

    found = values(unit.read(machine))

    assert ("node_cpu_seconds_total", "1", "idle") not in found
