"""The order of versions beside dpkg's own."""

import random
import subprocess
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hisops.audit.version import key

VERSION = st.from_regex(r"(?:[0-2]:)?[0-9][0-9a-c.+~]{0,5}(?:-[0-9a-c.+~]{1,4})?", fullmatch=True)
RELATIONS = ("lt", "eq", "gt")


def by_dpkg(a: str, b: str) -> str:
    for relation in RELATIONS[:2]:
        argv = ["dpkg", "--compare-versions", a, relation, b]
        if subprocess.run(argv, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return relation
    return "gt"


def by_key(a: str, b: str) -> str:
    return RELATIONS[(key(a) > key(b)) - (key(a) < key(b)) + 1]


@settings(max_examples=300, deadline=None)
@given(VERSION, VERSION)
@example("1.00.-3", "1.0-3")
@example("1.0~rc1-1", "1.0-1")
@example("1.0", "1.0-0")
@example("1:0", "2")
@example("0", "0~")
@example("1.0a", "1.0+")
def test_orders_any_two_versions_as_dpkg_does(a, b):
    assert by_key(a, b) == by_dpkg(a, b)


def test_orders_the_versions_of_this_machine_as_dpkg_does():
    argv = ["dpkg-query", "-W", "-f", "${Version}\n"]
    out = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    known = sorted(set(out.split()))
    versions = random.Random(1).sample(known, k=min(200, len(known)))

    differing = [pair for pair in pairwise(versions) if by_key(*pair) != by_dpkg(*pair)]

    assert differing == []
