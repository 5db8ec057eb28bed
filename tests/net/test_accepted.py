"""What the site accepts, and for how long."""

from datetime import date

import pytest

from hisops.net import accepted, fabric, proof
from hisops.net.accepted import Accepted
from tests.net.hospital import inventory

_TODAY = date(2026, 11, 25)
_SITE = inventory(without=["acc-1:49"])
_GRAPH = fabric.build(_SITE)


def _reasons(*entries: Accepted) -> dict[tuple[str, str], str]:
    found = accepted.apply(proof.prove(_SITE, _GRAPH), entries, _GRAPH, _TODAY)
    return {(f.element, cut.system): f.accepted for f in found for cut in f.cuts}


def _entry(element: str, until: date = date(2027, 1, 1), systems: tuple[str, ...] = ()) -> Accepted:
    return Accepted(element=element, reason="office only", until=until, systems=systems)


@pytest.mark.parametrize("element", ["acc-1:50", "agg-2:1", "agg-2:[1:2]"])
def test_a_link_is_accepted_by_either_end_and_by_a_range(element):
    found = _reasons(_entry(element))

    assert found["acc-1:50 - agg-2:1", "emr"] == "office only"
    assert found["agg-2", "emr"] == ""


def test_an_entry_that_has_ended_counts_no_more():
    found = _reasons(_entry("agg-2", until=date(2026, 11, 24)))

    assert set(found.values()) == {""}


def test_an_entry_for_one_system_leaves_the_others():
    found = _reasons(_entry("agg-2", systems=("emr",)))

    assert found["agg-2", "emr"] == "office only"
    assert found["agg-2", "base"] == ""


def test_what_is_cut_already_is_never_accepted():
    site = inventory(without=["acc-1:49", "acc-1:50"])
    graph = fabric.build(site)

    (found,) = accepted.apply(proof.prove(site, graph), [_entry("acc-1")], graph, _TODAY)

    assert found.accepted == ""


def test_the_file_is_read(io):
    io.write("/site/net/accepted.yml", "- {element: agg-2, reason: new ring, until: 2027-03-01}\n")

    found, problems = accepted.read(io, "/site")

    assert problems == []
    assert found == [Accepted(element="agg-2", reason="new ring", until=date(2027, 3, 1))]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("- {element: agg-2, until: 2027-03-01}", "reason"),
        ("- {element: agg-2, reason: ' ', until: 2027-03-01}", "reason"),
        ("- {element: agg-2, reason: x, until: soon}", "until"),
        ("- {element: agg-2, reason: x}", "until"),
    ],
)
def test_a_mistake_is_told(io, text, cause):
    io.write("/site/net/accepted.yml", text)

    found, problems = accepted.read(io, "/site")

    assert found == []
    assert cause in problems[0].cause


def test_an_entry_about_nothing_is_told():
    wrong = [_entry("agg-3"), _entry("acc-[1:x]"), _entry("agg-2", systems=("emz",))]

    found = list(accepted.check(wrong, _SITE, _GRAPH))

    assert [problem.at for problem in found] == [(0, "element"), (1, "element"), (2, "systems")]
    assert "agg-3" in found[0].cause
