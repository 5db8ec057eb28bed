"""Debian's order of versions."""

from itertools import pairwise

import pytest

from hisops.audit.version import is_newer, key

RISING = ("1.0~~", "1.0~rc1-1", "1.0", "1.0-1~bpo12+1", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg-1")


@pytest.mark.parametrize(
    ("old", "new"), [*pairwise(RISING), ("9.9", "1:0.1"), ("1.9", "1.10"), ("0~", "0")]
)
def test_a_later_version_is_newer(old, new):
    assert is_newer(new, old)
    assert not is_newer(old, new)


@pytest.mark.parametrize(("one", "other"), [("1.0", "1.0-0"), ("0:1.0", "1.0"), ("1.00", "1.0")])
def test_some_versions_are_written_in_two_ways(one, other):
    assert key(one) == key(other)
