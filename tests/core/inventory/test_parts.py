"""systems.yml, links.yml, teams.yml, zones.yml."""

import pytest

from hisops.core.inventory import parts
from hisops.core.model import Link
from hisops.io.fake import Fake


@pytest.mark.parametrize(
    ("a", "b", "pairs"),
    [
        ("x:1", "y:1", [("x:1", "y:1")]),
        ("x[1:2]:9", "y:[5:6]", [("x1:9", "y:5"), ("x2:9", "y:6")]),
        ("x[1:2]", "core", [("x1", "core"), ("x2", "core")]),
    ],
)
def test_ranges_of_both_ends_pair_up(a, b, pairs):
    assert [(link.a, link.b) for link in parts.spread(Link(a=a, b=b))] == pairs


def test_ranges_of_different_length_are_refused():
    io = Fake({"/s/inventory/links.yml": '- {a: "x[1:2]", b: "y[1:3]"}\n'})

    found = parts.read(io, "/s")

    assert [problem.cause for problem in found.problems] == [
        "[0]: x[1:2] has 2 ends and y[1:3] has 3"
    ]


def test_a_wrong_system_does_not_take_the_others_along():
    text = "a: {name: {zh: 甲, en: A}, class: C1, owner: o}\nb: {class: C1}\n"

    found = parts.read(Fake({"/s/inventory/systems.yml": text}), "/s")

    assert list(found.systems) == ["a"]
    assert [problem.cause for problem in found.problems] == ["b.name: missing", "b.owner: missing"]


def test_files_that_are_not_there_are_empty():
    found = parts.read(Fake(), "/s")

    assert found == ({}, (), {}, {}, {}, [])
