"""Support of the operating system's release."""

from datetime import UTC, datetime

import pytest

from hisops.audit.checks.end_of_life import EndOfLife
from hisops.audit.finding import Severity, Status
from tests.audit.sample import DEBIAN, facts, system

BULLSEYE = DEBIAN.replace("12", "11").replace("bookworm", "bullseye")
KYLIN = 'NAME="Kylin Linux Advanced Server"\nVERSION_ID="V10"\nID="kylin"\n'
SAMPLES = {
    "pass": facts(system()),
    "fail": facts(system(os_release=BULLSEYE)),
    "unknown": facts(system(os_release=KYLIN)),
}


@pytest.mark.parametrize(
    ("day", "status"),
    [((2028, 1, 1), Status.PASS), ((2028, 1, 3), Status.FAIL), ((2028, 7, 1), Status.FAIL)],
)
def test_warns_half_a_year_before_the_end(day, status):
    (finding,) = EndOfLife().check(facts(system(), at=datetime(*day, tzinfo=UTC)))

    assert finding.status is status


def test_the_end_itself_weighs_more_than_the_warning():
    before, after = (
        next(iter(EndOfLife().check(facts(system(), at=datetime(*day, tzinfo=UTC)))))
        for day in ((2028, 6, 1), (2028, 7, 1))
    )

    assert (before.severity, after.severity) == (Severity.MEDIUM, None)


def test_an_unknown_release_gives_no_figure():
    assert EndOfLife().figures(SAMPLES["unknown"]) == {}
