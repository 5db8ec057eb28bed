"""The text exposition format, read and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hisops.core.metric import Family, Sample, expose
from hisops.core.metric_text import parse

PAGE = """\
# HELP hisops_beds Beds, in all wards.
# TYPE hisops_beds gauge
hisops_beds{ward="ICU",} 40
hisops_beds { ward = "a \\"b\\" \\\\ \\n", floor="2" } 4.5e1
# a remark
hisops_load +Inf
"""
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_reads_families_labels_and_values():
    series, values = parse(PAGE)

    assert series == [
        (Family("hisops_beds", "gauge", "Beds, in all wards."), (("ward", "ICU"),)),
        (
            Family("hisops_beds", "gauge", "Beds, in all wards."),
            (("ward", 'a "b" \\ \n'), ("floor", "2")),
        ),
        (Family("hisops_load", "untyped", "Read from a file."), ()),
    ]
    assert values == ["40", "4.5e1", "+Inf"]


@given(st.lists(st.tuples(_TEXT, st.floats(allow_nan=False)), max_size=8, unique_by=lambda p: p[0]))
def test_reads_back_whatever_is_written(pairs):
    family = Family("hisops_x", "gauge", "X.")
    samples = [Sample(family, value, (("name", text),)) for text, value in pairs]

    series, values = parse(expose(samples))

    assert series == [(sample.family, sample.labels) for sample in samples]
    assert [float(value) for value in values] == [value for _, value in pairs]


@pytest.mark.parametrize(
    "line",
    [
        "hisops_x",
        "hisops_x one",
        "hisops_x 1 1700000000000",
        "hisops_x 1_0",
        "hisops_x ١",
        "9x 1",
        "hisops-x 1",
        'hisops_x{a="1" 1',
        'hisops_x{a="1"b="2"} 1',
        'hisops_x{a="1",a="2"} 1',
        'hisops_x{a:b="1"} 1',
        "hisops_x{a=1} 1",
        'hisops_x{a="1',
        'hisops_x{a="1\\',
        "hisops_x{",
        "# TYPE hisops_x gouge",
        "hisops_y 1",
    ],
)
def test_refuses_anything_else_with_its_line(line):
    with pytest.raises(ValueError, match=r"line 2|twice"):
        parse(f"hisops_y 0\n{line}\n")


def test_parts_of_a_histogram_are_untyped():
    series, _ = parse('# TYPE h histogram\nh_bucket{le="1"} 2\nh_sum 3\nh_count 2\n')

    assert [family.kind for family, _ in series] == ["untyped"] * 3
