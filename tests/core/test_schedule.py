"""Schedules say the same to cron and to systemd."""

import pytest

from hisops.core.schedule import Schedule, calendar, cron
from hisops.core.text import Duration


def schedule(every: str, at: str = "01:30") -> Schedule:
    return Schedule(every=Duration.parse(every), at=at)


@pytest.mark.parametrize(
    ("every", "crontab", "timer"),
    [
        ("5 min", "*/5 * * * *", "*:0/5"),
        ("1 h", "30 */1 * * *", "0/1:30:00"),
        ("6 h", "30 */6 * * *", "0/6:30:00"),
        ("1 d", "30 1 * * *", "*-*-* 01:30:00"),
        ("7 d", "30 1 * * 0", "Sun *-*-* 01:30:00"),
        ("30 d", "30 1 1 */1 *", "*-1/1-01 01:30:00"),
        ("91 d", "30 1 1 */3 *", "*-1/3-01 01:30:00"),
    ],
)
def test_says_the_period_in_both_languages(every, crontab, timer):
    assert (cron(schedule(every)), calendar(schedule(every))) == (crontab, timer)


def test_refuses_a_period_that_drifts_over_the_day():
    with pytest.raises(ValueError, match="cron can say"):
        schedule("7 min")


@pytest.mark.parametrize("at", ["25:00", "1:30", "noon", "12:60"])
def test_refuses_what_is_no_time_of_day(at):
    with pytest.raises(ValueError, match="expected a time such as 01:30"):
        schedule("1 d", at)
