"""Missing updates from indexes and from apt's simulation."""

import pytest

from hisops.audit.checks.patch import Patch
from hisops.audit.finding import Reason, Status
from tests.audit.sample import SECURITY, SIMULATION, facts, index, packages, system, upgrade

INSTALLED = packages("bash 5.2.15-2+b8", "openssl 3.0.19-1~deb12u2", "zip 3.0-13")
OFFERED = index(
    "main bash 5.2.15-2+b13",
    "main openssl 3.0.20-1~deb12u2",
    "security openssl 3.0.22-1~deb12u2",
    "security zip 3.0-13+deb12u1",
)
CURRENT = index("main bash 5.2.15-2+b8", "security openssl 3.0.19-1~deb12u2")
PLAN = SIMULATION.replace(SIMULATION.splitlines()[-2] + "\n", "")
SAMPLES = {
    "pass": facts(system(), INSTALLED, CURRENT, upgrade()),
    "fail": facts(system(), INSTALLED, OFFERED, upgrade(PLAN)),
    "unknown": facts(
        system(), INSTALLED, index(security=SECURITY.replace("28 Nov", "22 Nov")), upgrade()
    ),
}


def test_counts_security_and_other_updates():
    figures = Patch().figures(SAMPLES["fail"])

    assert figures == {"security": 2, "other": 1, "installable": 3, "hidden": 0}


def test_the_headline_says_how_many_and_that_apt_is_blind():
    blind = facts(INSTALLED, OFFERED, upgrade())

    assert Patch().headline(blind) == "3 updates missing, 2 of them security; 3 hidden from apt"


def test_a_finding_names_package_versions_and_origin():
    texts = [finding.text for finding in Patch().check(SAMPLES["fail"])]

    assert texts[1] == (
        "openssl 3.0.19-1~deb12u2: security update 3.0.22-1~deb12u2 "
        "(Debian-Security:12/oldstable-security)"
    )


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (index(security=""), Reason.NO_INDEX),
        (index(size=8), Reason.TRUNCATED),
        (index(security=SECURITY.replace("28 Nov", "23 Nov")), Reason.EXPIRED),
        (index(security=SECURITY.replace("21 Nov", "25 Nov")), Reason.CLOCK),
        (index(security=SECURITY.split("Valid")[0].replace("21 Nov", "16 Nov")), Reason.EXPIRED),
        (upgrade("", code=100, err="E: Malformed entry 1 in list file"), Reason.BROKEN),
        (upgrade("Inst bash something new\n"), Reason.BROKEN),
    ],
)
def test_what_cannot_be_believed_is_unknown_and_gives_no_zero(group, reason):
    known = facts(INSTALLED, CURRENT, upgrade())
    doubtful = facts(*({**known.groups, group.tag: group}).values())

    found = list(Patch().check(doubtful))

    assert reason in [finding.reason for finding in found]
    assert Status.PASS not in [finding.status for finding in found]
    assert Patch().figures(doubtful) == {}
