"""Every mistake of a site file is told, with its line."""

import msgspec

from hisops.core import config
from hisops.core.config import Problem
from hisops.core.model import Class, Value
from hisops.core.text import Duration, Secret


class Inner(Value, frozen=True, kw_only=True):
    handover: str
    every: Duration = Duration(60)


class Outer(Value, frozen=True, kw_only=True):
    name: str
    rota: tuple[Inner, ...] = ()
    token: Secret | None = None


class Classed(Value, frozen=True, kw_only=True):
    class_: Class = msgspec.field(name="class")
    rto: Duration | None = None


TEXT = """\
name: 3
rota:
  - handover: "08:00"
  - handovr: "08:00"
    every: soon
token: hunter2
"""


def told(text: str) -> list[tuple[int, str]]:
    problems: list[Problem] = []
    config.decode(config.parse(text, "a.yml", problems), Outer, "a.yml", problems)
    return [(p.line or config.locate(text, p.at), p.cause) for p in problems]


def test_tells_all_mistakes_at_once_with_their_lines():
    assert told(TEXT) == [
        (1, "name: expected str, got int"),
        (4, "rota[1].handovr: unknown setting"),
        (5, "rota[1].every: expected a duration such as 15 min, 4 s, 1 h or 30 d, got 'soon'"),
        (4, "rota[1].handover: missing"),
        (6, "token: expected a reference env:NAME, file:PATH, credential:NAME or cmd:PROGRAM"),
    ]


def test_hints_at_the_word_that_was_meant():
    problems: list[Problem] = []

    config.decode({"name": "x", "rotta": []}, Outer, "a.yml", problems)

    assert problems[0].fix == "did you mean 'rota'?"


def test_gives_the_value_of_a_good_file():
    problems: list[Problem] = []
    data = config.parse("name: x\nrota: [{handover: '08:00', every: 1 d}]\n", "a.yml", problems)

    found = config.decode(data, Outer, "a.yml", problems)

    assert (found, problems) == (
        Outer(name="x", rota=(Inner(handover="08:00", every=Duration(86400)),)),
        [],
    )


def test_tells_the_line_of_broken_syntax():
    assert told("name: x\nrota: [\n")[0][0] == 3


def test_finds_a_key_that_stands_twice():
    found = list(config.duplicate_keys("a: 1\nb:\n  c: 1\n  c: 2\n", "a.yml"))

    assert [(p.line, p.fix) for p in found] == [(4, "keep one of them")]


def test_an_empty_file_is_told_as_a_missing_mapping():
    assert told("") == [(1, "the file: expected a mapping, got nothing")]


def test_a_list_that_is_given_as_a_mapping_is_told():
    problems: list[Problem] = []

    found = config.decode({"name": "x"}, tuple[Inner, ...], "a.yml", problems)

    assert found is None
    assert problems[0].cause == "the file: expected array, got object"


def test_every_wrong_value_is_told_with_what_to_write():
    problems: list[Problem] = []

    config.decode({"class": "C9"}, Classed, "a.yml", problems)
    config.decode({"class": "C1", "rto": "soon"}, Classed, "a.yml", problems)

    assert [problem.fix for problem in problems] == [
        "known: C1, C2, C3, C4",
        "write a duration such as 15 min, 4 s, 1 h or 30 d",
    ]


def test_keys_that_are_lists_and_aliases_to_themselves_are_no_trouble():
    assert list(config.duplicate_keys("? [a]\n: 1\nb: &b [*b]\n", "a.yml")) == []


def test_a_value_that_contains_itself_is_a_mistake_with_its_line():
    text = "name: x\nrota: &a [*a]\n"

    first = (2, "rota[0]: an alias stands inside of what it stands for")
    assert told(text)[0] == first


def test_a_value_that_stands_twice_by_an_alias_is_right():
    assert told('name: x\nrota: [&a {handover: "08:00"}, *a]\n') == []
