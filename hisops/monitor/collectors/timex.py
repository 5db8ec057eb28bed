"""Whether and how the kernel's clock is kept right, from adjtimex(2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.rare import NOTHING

if TYPE_CHECKING:
    from hisops.core.machine import Machine
    from hisops.core.machine import Timex as Clock

_TIME_ERROR = 5  # the clock is not synchronised
_STA_NANO = 0x2000  # offset and jitter are in nanoseconds, else in microseconds
_MICROSECONDS = 1e6
_NANOSECONDS = 1e9
_PARTS = 1e6 * 65536  # parts per million with a 16-bit fraction


def _gauge(name: str, text: str) -> Family:
    return Family(f"node_timex_{name}", "gauge", text)


def _counter(name: str, text: str) -> Family:
    return Family(f"node_timex_{name}_total", "counter", text)


# In the order of the values in `parse`.
_SERIES = tuple(
    (family, ())
    for family in (
        _gauge("sync_status", "1 when a reliable source keeps the clock right."),
        _gauge("offset_seconds", "What is left to correct."),
        _gauge("frequency_adjustment_ratio", "Speed of the clock against that of its crystal."),
        _gauge("maxerror_seconds", "Largest possible error."),
        _gauge("estimated_error_seconds", "Estimated error."),
        _gauge("status", "The kernel's status bits."),
        _gauge("loop_time_constant", "Time constant of the control loop."),
        _gauge("tick_seconds", "Seconds between two ticks."),
        _gauge("pps_frequency_hertz", "Frequency of the pulse per second."),
        _gauge("pps_jitter_seconds", "Jitter of the pulse per second."),
        _gauge("pps_shift_seconds", "Interval of the pulse per second."),
        _gauge("pps_stability_hertz", "Wander of the pulse per second."),
        _counter("pps_jitter", "Pulses with too much jitter."),
        _counter("pps_calibration", "Calibrations by the pulse per second."),
        _counter("pps_error", "Calibrations that failed."),
        _counter("pps_stability_exceeded", "Calibrations with too much wander."),
        _gauge("tai_offset_seconds", "Atomic time ahead of UTC."),
    )
)


class Timex(Collector):
    """State, error and speed of the kernel's clock."""

    slow = False

    def read(self, io: Machine) -> Reading:
        """Values of now; none where the call is not allowed."""
        clock = io.timex()
        return NOTHING if clock is None else parse(clock)


def parse(clock: Clock) -> Reading:
    """The kernel's numbers in seconds and ratios."""
    fine = _NANOSECONDS if clock.status & _STA_NANO else _MICROSECONDS
    values = (
        int(clock.state != _TIME_ERROR),
        clock.offset / fine,
        1 + clock.freq / _PARTS,
        clock.maxerror / _MICROSECONDS,
        clock.esterror / _MICROSECONDS,
        clock.status,
        clock.constant,
        clock.tick / _MICROSECONDS,
        clock.ppsfreq / _PARTS,
        clock.jitter / fine,
        clock.shift,
        clock.stabil / _PARTS,
        clock.jitcnt,
        clock.calcnt,
        clock.errcnt,
        clock.stbcnt,
        clock.tai,
    )
    return Reading(None, values, lambda: _SERIES)
