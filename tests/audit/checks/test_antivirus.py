"""Age of the daily definitions by their header."""

from datetime import timedelta

import pytest

from hisops.audit.checks.antivirus import Antivirus
from hisops.audit.facts import Antivirus as Scanner
from hisops.audit.facts import Database
from hisops.audit.finding import Severity
from tests.audit.sample import AT, facts

# ClamAV 1.4.6, sigtool --build: first 512 bytes, trimmed
HEADER = "ClamAV-VDB:24 Nov 2026 02-58 +0000:27001:1:90:1885244c66546f361d24fb1accecfff8:X:x:{:.0f}"


def scanner(hours: float | None = 1.0, **fields: object) -> Scanner:
    """ClamAV whose daily definitions were built so long ago; None: without definitions."""
    databases = []
    if hours is not None:
        header = HEADER.format((AT - timedelta(hours=hours)).timestamp())
        databases.append(Database(name="daily.cud", header=header, size_bytes=771, modified=0.0))
    known = {
        "programs": {"clamscan": "/usr/bin/clamscan"},
        "version": "ClamAV 1.4.6",
        "folder": "/var/lib/clamav",
        "databases": tuple(databases),
        "socket": "",
        "answers": {},
    }
    return Scanner(**known | fields)


GARBAGE = Database(name="daily.cvd", header="\x00\x01", size_bytes=9, modified=0.0)
SAMPLES = {
    "pass": facts(scanner()),
    "fail": facts(scanner(hours=80)),
    "unknown": facts(scanner(databases=(GARBAGE,))),
}


@pytest.mark.parametrize(
    ("hours", "severity"),
    [(24.1, Severity.MEDIUM), (72, Severity.MEDIUM), (72.1, Severity.CRITICAL)],
)
def test_limits_are_24_and_72_hours(hours, severity):
    (finding,) = Antivirus().check(facts(scanner(hours)))

    assert finding.severity is severity


def test_the_newest_of_two_databases_counts():
    old, new = scanner(99).databases[0], scanner(1).databases[0]
    newer = Database(
        name="daily.cld", header=new.header.replace("27001", "27002"), size_bytes=1, modified=0.0
    )

    (finding,) = Antivirus().check(facts(scanner(databases=(old, newer))))

    assert finding.text == "daily.cld 27002 was built 1 h ago"


def test_the_age_of_main_does_not_count():
    main = Database(
        name="main.cvd", header=scanner(1).databases[0].header, size_bytes=1, modified=0.0
    )

    (finding,) = Antivirus().check(facts(scanner(databases=(main,))))

    assert finding.severity is Severity.CRITICAL


def test_no_engine_gives_the_figure_zero():
    assert Antivirus().figures(facts(scanner(programs={}))) == {"present": 0}
