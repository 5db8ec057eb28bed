"""What is missing: apt's answer beside the indexes."""

import pytest

from hisops.audit.update import State, list_updates
from tests.audit.sample import facts, index, packages, upgrade

BACKPORTS = "Suite: stable-backports\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n"
EXPERIMENTAL = "Suite: experimental\nNotAutomatic: yes\n"
KEPT = "The following packages have been kept back:\n  zip\n0 upgraded\n"
PHASED = "The following upgrades have been deferred due to phasing:\n  zip\n0 upgraded\n"


def states(installed, offered, out="0 upgraded\n"):
    rows = list_updates(facts(installed, offered, upgrade(out)))
    return {row.package: row.state for row in rows}


@pytest.mark.parametrize(
    ("installed", "out", "state"),
    [
        ("zip 3.0-13", "", State.HIDDEN),
        ("zip 3.0-13", KEPT, State.KEPT),
        ("zip 3.0-13", PHASED, State.PHASED),
        ("zip 3.0-13 hold", KEPT, State.HELD),
        ("zip 3.0-13", "Inst zip [3.0-13] (3.0-14 Debian:12/stable [amd64])", State.UPGRADE),
        ("zip 3.0-13", "Inst zip [3.0-13] (3.0-12 Debian:12/stable [amd64])", State.DOWNGRADE),
        ("zip 3.0-13", "Inst zip [3.0-13] (3.0-13 Debian:12/stable [amd64])", State.REPLACE),
        ("zip 3.0-13", "Remv zip [3.0-13]", State.REMOVE),
    ],
)
def test_says_why_a_newer_version_is_not_installed(installed, out, state):
    assert states(packages(installed), index("main zip 3.0-14"), out) == {"zip": state}


def test_only_newer_versions_are_updates():
    offered = index("main zip 3.0-13", "security zip 3.0-12", "main bash 5.2")

    assert states(packages("zip 3.0-13"), offered) == {}


def test_a_security_fix_below_the_candidate_marks_the_update():
    offered = index("main zip 3.0-15", "security zip 3.0-14")

    (row,) = list_updates(facts(packages("zip 3.0-13"), offered, upgrade()))

    assert (row.candidate, row.security) == ("3.0-15", True)


@pytest.mark.parametrize(
    ("installed", "main", "expected"),
    [("zip 3.0-13", "3.0-13", {}), ("zip 3.1~bpo1", "3.0-13", {"zip": State.HIDDEN})],
    ids=["installed from main", "installed from backports"],
)
def test_backports_count_only_for_what_came_from_there(installed, main, expected):
    offered = index(f"main zip {main}", "security zip 3.1~bpo2", security=BACKPORTS)

    assert states(packages(installed), offered) == expected


def test_experimental_never_counts():
    offered = index("security zip 9.0", security=EXPERIMENTAL)

    assert states(packages("zip 3.0-13"), offered) == {}
