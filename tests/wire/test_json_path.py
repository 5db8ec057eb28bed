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


@pytest.mark.parametrize("path", ["state", "checks[1]", "checks.name", "status.x", "status[0]"])
def test_says_what_is_not_there(path):
    with pytest.raises(ValueError, match="there is no"):
        json_path.find(DOCUMENT, path)


@pytest.mark.parametrize("path", ["a..b", "a[x]", "a[", "[-1]"])
def test_refuses_what_is_no_path(path):
    with pytest.raises(ValueError, match="is no path"):
        json_path.steps(path)


@pytest.mark.parametrize("data", [b"", b"<html>", b"[" * 100_000, b'{"a":'])
def test_refuses_what_is_no_json(data):
    with pytest.raises(ValueError, match="JSON"):
        json_path.decode(data)
