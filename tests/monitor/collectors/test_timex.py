"""The kernel's clock."""

import pytest

from hisops.core.machine import Timex as Clock
from hisops.io import timex
from hisops.monitor.collectors.timex import Timex, parse

# Linux 6.18, adjtimex with modes 0, while no NTP client ran
FREE = Clock(5, 0, 0, 16000000, 16000000, 64, 2, 10000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
# Linux documentation and adjtimex(2): kept by an NTP client with nanoseconds; made up numbers
KEPT = FREE._replace(
    state=0, offset=-1500000, freq=1245184, maxerror=23500, esterror=12, status=0x2001, tai=37
)


def test_a_clock_that_nobody_keeps_is_not_synchronised(machine, values):
    machine.kernel_clock = FREE

    found = values(Timex().read(machine))

    assert found["node_timex_sync_status",] == 0
    assert found["node_timex_maxerror_seconds",] == 16
    assert found["node_timex_frequency_adjustment_ratio",] == 1


def test_a_clock_that_is_kept_tells_its_error_in_seconds(values):
    found = values(parse(KEPT))

    assert found["node_timex_sync_status",] == 1
    assert found["node_timex_offset_seconds",] == pytest.approx(-0.0015)
    assert found["node_timex_estimated_error_seconds",] == pytest.approx(12e-6)
    assert found["node_timex_frequency_adjustment_ratio",] == pytest.approx(1 + 19e-6)
    assert found["node_timex_tai_offset_seconds",] == 37


def test_without_nanoseconds_the_offset_is_in_microseconds(values):
    found = values(parse(KEPT._replace(status=1)))

    assert found["node_timex_offset_seconds",] == pytest.approx(-1.5)


def test_a_container_that_may_not_ask_has_no_series(machine):
    assert Timex().read(machine).samples() == []


def test_the_kernel_of_this_machine_answers():
    clock = timex.read()

    assert clock is not None
    assert 9000 <= clock.tick <= 11000
    assert 0 <= clock.state <= 5
