"""apt's texts."""

from datetime import UTC, datetime

import pytest

from hisops.audit.apt import Step, is_security_origin, parse_release, parse_simulation
from tests.audit.sample import MAIN, SECURITY, SIMULATION

# apt 2.6.1, apt-get -s dist-upgrade in a scratch root
MIXED = """The following packages will be REMOVED:
  obsolete
The following packages have been kept back:
  held libkept
  more
The following upgrades have been deferred due to phasing:
  phased
The following packages will be upgraded:
  grown
Remv obsolete [1.0]
Inst novel (1.0 Test:stable [all])
Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.15/oldstable [i386]) [libgcc-s1:i386 ]
Inst local [1.0] (1.1 localhost [amd64])
Inst bare [1.0] (1.1 [amd64])
"""


def test_reads_each_step_of_an_upgrade():
    steps = parse_simulation(SIMULATION).steps

    assert steps[1] == Step(
        package="openssl",
        installed="3.0.19-1~deb12u2",
        candidate="3.0.22-1~deb12u2",
        origins=("Debian-Security:12/oldstable-security",),
    )
    assert len(steps[2].origins) == 2


def test_reads_removed_new_foreign_and_local_packages():
    steps = {
        step.package: (step.installed, step.candidate) for step in parse_simulation(MIXED).steps
    }

    assert steps == {
        "obsolete": ("1.0", ""),
        "novel": ("", "1.0"),
        "libc6:i386": ("2.36-9", "2.36-10"),
        "local": ("1.0", "1.1"),
        "bare": ("1.0", "1.1"),
    }


def test_reads_what_is_kept_back_and_phased():
    simulation = parse_simulation(MIXED)

    assert simulation.kept == {"held", "libkept", "more"}
    assert simulation.phased == {"phased"}


def test_keeps_lines_that_it_does_not_understand():
    assert parse_simulation("Inst bash\nRemv\nRemv x\n").odd == ("Inst bash", "Remv x")


def test_reads_the_head_of_a_release_file():
    release = parse_release(SECURITY)

    assert release.valid_until == datetime(2026, 11, 28, 0, 53, 2, tzinfo=UTC)
    assert (release.shown, release.is_security) == ("Debian-Security/oldstable-security", True)


def test_a_main_archive_is_no_security_archive():
    assert not parse_release(MAIN).is_security


@pytest.mark.parametrize(
    ("origin", "is_security"),
    [
        ("Debian-Security:12/oldstable-security", True),
        ("Ubuntu:22.04/jammy-security", True),
        ("Ubuntu:22.04/jammy-updates", False),
        ("Debian:12.15/oldstable", False),
        ("localhost", False),
    ],
)
def test_tells_security_archives_by_label_or_suite(origin, is_security):
    assert is_security_origin(origin) is is_security


@pytest.mark.parametrize("text", ["Date: tomorrow", "Date:", ""])
def test_a_date_that_cannot_be_read_proves_nothing(text):
    assert parse_release(text).date is None
