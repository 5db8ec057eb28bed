"""When a job runs, and how cron and systemd say it."""

import re

from hisops.core.model import Value
from hisops.core.text import Duration

_DAY = 86400
_FULL_HOUR = 3600
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Schedule(Value, frozen=True, kw_only=True):
    """Every so often, from a time of day on; `timeout` ends a run that hangs."""

    every: Duration
    at: str = "00:00"
    timeout: Duration = Duration(2 * _FULL_HOUR)

    def __post_init__(self) -> None:
        if not _CLOCK.fullmatch(self.at):
            raise ValueError(f"at: expected a time such as 01:30, got {self.at!r}")
        if _shape(self.every.seconds) is None:
            wish = "1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 min, 1, 2, 3, 4, 6, 8 or 12 h"
            wish += ", 1, 7, 30, 91, 182 or 365 d"
            raise ValueError(f"every: cron can say {wish}; got {self.every}")


def cron(schedule: Schedule) -> str:
    """The five fields of a crontab line (crontab(5))."""
    hour, minute = _clock(schedule)
    kind, count = _shape(schedule.every.seconds) or ("day", 1)
    return {
        "minute": f"*/{count} * * * *",
        "hour": f"{minute} */{count} * * *",
        "day": f"{minute} {hour} * * *",
        "week": f"{minute} {hour} * * 0",
        "month": f"{minute} {hour} 1 */{count} *",
    }[kind]


def calendar(schedule: Schedule) -> str:
    """The OnCalendar= expression (systemd.time(7))."""
    hour, minute = _clock(schedule)
    kind, count = _shape(schedule.every.seconds) or ("day", 1)
    time = f"{hour:02}:{minute:02}:00"
    return {
        "minute": f"*:0/{count}",
        "hour": f"0/{count}:{minute:02}:00",
        "day": f"*-*-* {time}",
        "week": f"Sun *-*-* {time}",
        "month": f"*-1/{count}-01 {time}",
    }[kind]


def _clock(schedule: Schedule) -> tuple[int, int]:
    hour, _, minute = schedule.at.partition(":")
    return int(hour), int(minute)


def _shape(seconds: float) -> tuple[str, int] | None:
    """The unit and count that calendars know: only what divides its larger unit evenly."""
    minutes, hours, days = seconds / 60, seconds / _FULL_HOUR, seconds / _DAY
    if minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30):
        return "minute", int(minutes)
    if hours in (1, 2, 3, 4, 6, 8, 12):
        return "hour", int(hours)
    fixed = {1: ("day", 1), 7: ("week", 1), 30: ("month", 1), 91: ("month", 3)}
    fixed |= {182: ("month", 6), 365: ("month", 12)}
    return fixed.get(int(days)) if days == int(days) else None
