"""Host patterns: the forms that Ansible's guide names, and the ones it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.core.inventory import ranges


@pytest.mark.parametrize(
    ("pattern", "names", "port"),
    [
        ("web-1", ["web-1"], None),
        ("web[1:3]", ["web1", "web2", "web3"], None),
        ("web[08:11]", ["web08", "web09", "web10", "web11"], None),
        ("db[a:c]", ["dba", "dbb", "dbc"], None),
        ("s[0:10:5]", ["s0", "s5", "s10"], None),
        ("s[:2]", ["s0", "s1", "s2"], None),
        ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"], None),
        ("web[1:2]:2222", ["web1", "web2"], 2222),
        ("10.0.0.1:22", ["10.0.0.1"], 22),
        ("2001:db8::2", ["2001:db8::2"], None),
        ("[2001:db8::1]:22", ["2001:db8::1"], 22),
    ],
)
def test_a_pattern_stands_for_names_and_a_port(pattern, names, port):
    assert ranges.hosts(pattern) == (names, port)


@pytest.mark.parametrize("pattern", ["w[3:1]", "w[01:100]", "w[1-3]", "w[1:", "w[a:3]", "w[1:3:0]"])
def test_a_wrong_range_is_refused(pattern):
    with pytest.raises(ValueError, match=r"\[|range"):
        ranges.hosts(pattern)


@given(st.integers(0, 500), st.integers(0, 200), st.integers(1, 9))
def test_a_range_has_as_many_names_as_numbers(first, count, step):
    names = list(ranges.expand(f"h[{first}:{first + count}:{step}]"))

    assert names == [f"h{number}" for number in range(first, first + count + 1, step)]
