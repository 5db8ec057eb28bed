"""Time lost to waiting."""

from hisops.core.errors import OpsError
from hisops.monitor.collectors.pressure import Pressure

# Linux 6.18, Debian 12, /proc/pressure/io
IO = """\
some avg10=0.00 avg60=0.02 avg300=0.00 total=5099196
full avg10=0.00 avg60=0.02 avg300=0.00 total=4609146
"""


def test_counts_seconds_that_some_and_all_processes_waited(machine, values):
    machine.files["/proc/pressure/io"] = IO
    machine.files["/proc/pressure/cpu"] = IO

    assert values(Pressure().read(machine)) == {
        ("node_pressure_cpu_waiting_seconds_total",): 5.099196,
        ("node_pressure_io_waiting_seconds_total",): 5.099196,
        ("node_pressure_io_stalled_seconds_total",): 4.609146,
    }


def test_a_kernel_that_does_not_measure_it_has_no_series(machine):
    assert Pressure().read(machine).samples() == []


def test_a_file_that_refuses_to_be_read_is_no_failure(machine):
    def refuse(path: str) -> str:
        raise OpsError(f"{path}: Operation not supported")

    machine.read = refuse

    assert Pressure().read(machine).samples() == []
