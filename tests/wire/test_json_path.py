"""Paths into JSON."""

import pytest

from hisops.wire import json_path

DOCUMENT = {"status": "UP", "checks": [{"name": "db", "ok": True}], "a": {"1": None}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "UP"),
        ("$.checks[0].ok", True),
        ("checks[0].name", "db"),
        ("a.1", None),
        ("", DOCUMENT),
    ],
)
def test_finds_values(path, value):
    assert json_path.find(DOCUMENT, path) == value


@pytest.mark.parametrize(
    "path", ["state", "checks[1]", "checks.name", "status.x", "status[0]", "[-1]"]
)
def test_says_what_is_not_there(path):
    with pytest.raises(ValueError, match="there is no"):
        json_path.find(DOCUMENT, path)


@pytest.mark.parametrize("path", ["a..b", "a[x]", "a[", "a['b]", "]"])
def test_refuses_what_is_no_path(path):
    with pytest.raises(ValueError, match="is no path"):
        json_path.steps(path)


@pytest.mark.parametrize("data", [b"", b"<html>", b"[" * 100_000, b'{"a":', b"\xff"])
def test_refuses_what_is_no_json(data):
    with pytest.raises(ValueError, match="JSON"):
        json_path.decode(data)


MANY = {"a": [{"n": 1, "b.c": "x"}, {"n": 2}], "m": {"p": 3, "q": 4}, "0": "zero"}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$", [MANY]),
        ("a[0].n", [1]),
        ("$.a[-1].n", [2]),
        ("a[*].n", [1, 2]),
        ("a[0]['b.c']", ["x"]),
        ('["m"]["q"]', [4]),
        ("m[*]", [3, 4]),
        ("a[7].n", []),
        ("m.n.o", []),
        ("a.n", []),
        ("0", ["zero"]),
    ],
)
def test_finds_what_stands_at_a_path(path, values):
    assert [found.value for found in json_path.find_each(MANY, path)] == values


def test_remembers_what_a_star_stood_for():
    assert json_path.find_each(MANY, "m[*]") == [json_path.Found(3, "p"), json_path.Found(4, "q")]
    assert json_path.find_each(MANY, "a[*].n") == [json_path.Found(1, "0"), json_path.Found(2, "1")]


def test_finds_no_more_than_its_limit():
    assert len(json_path.find_each([[1] * 1000] * 1000, "[*][*]")) == 500
