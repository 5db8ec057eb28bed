"""Quantities are read as people write them."""

import pytest

from hisops.core.text import Duration, Secret, Size, did_you_mean, size, span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15 min", 900), ("4s", 4), ("1 d", 86400), ("1.5 h", 5400), ("2w", 1209600)],
)
def test_reads_durations(text, seconds):
    assert Duration.parse(text).seconds == seconds


@pytest.mark.parametrize("text", ["", "15", "min", "15 parsecs", "-5 min", "1 d 2 h"])
def test_refuses_what_is_no_duration(text):
    with pytest.raises(ValueError, match="a duration such as"):
        Duration.parse(text)


def test_reads_decimal_and_binary_sizes():
    assert (Size.parse("500 MB").bytes, Size.parse("64MiB").bytes) == (500_000_000, 67_108_864)


def test_refuses_a_literal_secret_without_repeating_it():
    with pytest.raises(ValueError, match="a reference") as problem:
        Secret.parse("hunter2")

    assert "hunter2" not in str(problem.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "0.5 s"),
        (42, "42 s"),
        (900, "15 min"),
        (5400, "1.5 h"),
        (90000, "25 h"),
        (864000, "10 d"),
    ],
)
def test_prints_spans_in_their_largest_fitting_unit(seconds, text):
    assert span(seconds) == text


def test_prints_sizes_in_their_largest_fitting_unit():
    assert [size(n) for n in (512, 1536, 5 * 2**30)] == ["512 B", "1.5 KiB", "5 GiB"]


def test_hints_at_the_nearest_word():
    assert did_you_mean("retenton", ["retention", "copies"]) == "did you mean 'retention'?"


def test_a_secret_tells_its_kind_and_its_name_apart():
    secret = Secret.parse("cmd:pass show site:restic")

    assert (secret.kind, secret.name) == ("cmd", "pass show site:restic")
