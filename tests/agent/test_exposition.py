"""Readings become a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from hisops.agent.exposition import Owners, Part, only
from hisops.core.metric import Family, Labels, Reading

BEDS = Family("hisops_beds", "gauge", "100 % of\nall beds.")
LOAD = Family("hisops_load_ratio", "gauge", "Load.")
# The oracle splits lines in its own way: leave out what it takes for a line end.
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)


def reading(*rows: tuple[Family, Labels, float | str]) -> Reading:
    series = [(family, labels) for family, labels, _ in rows]
    return Reading(series, [value for *_, value in rows], lambda: series)


def test_series_of_a_family_stand_together():
    text = Part("x", Owners()).fill(
        reading((BEDS, (("ward", "a"),), 1), (LOAD, (), 0.5), (BEDS, (("ward", "b"),), "2"))
    )

    assert text == (
        "# HELP hisops_beds 100 % of\\nall beds.\n# TYPE hisops_beds gauge\n"
        'hisops_beds{ward="a"} 1\nhisops_beds{ward="b"} 2\n'
        "# HELP hisops_load_ratio Load.\n# TYPE hisops_load_ratio gauge\nhisops_load_ratio 0.5\n"
    )


@given(st.dictionaries(_TEXT, st.floats(allow_nan=False), max_size=6))
def test_any_label_survives(pairs):
    rows = [(BEDS, (("ward", text),), value) for text, value in pairs.items()]

    text = Part("x", Owners()).fill(reading(*rows))

    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    assert {sample.labels["ward"]: sample.value for sample in samples} == pairs


def test_the_same_shape_is_described_once():
    described = []
    part = Part("x", Owners())

    texts = [
        part.fill(Reading("k", (n,), lambda: described.append(1) or [(LOAD, ())])) for n in (1, 2)
    ]

    assert [text.splitlines()[-1] for text in texts] == [
        "hisops_load_ratio 1",
        "hisops_load_ratio 2",
    ]
    assert len(described) == 1


def test_a_repeated_series_is_dropped_and_counted():
    part = Part("x", Owners())

    text = part.fill(reading((LOAD, (), 1), (LOAD, (), 2)))

    assert text.endswith("\nhisops_load_ratio 1\n")
    assert part.dropped == 1


def test_a_family_belongs_to_the_first_collector_that_serves_it():
    owners = Owners()
    Part("first", owners).fill(reading((LOAD, (), 1)))
    second = Part("second", owners)

    assert second.fill(reading((LOAD, (), 2))) == ""
    assert second.dropped == 1


@pytest.mark.parametrize(
    "row",
    [
        (Family("hisops beds", "gauge", "."), (), 1),
        (BEDS, (("ward:x", "a"),), 1),
        (BEDS, (("1", "a"),), 1),
        (BEDS, (), "many"),
        (BEDS, (), True),
    ],
)
def test_what_is_unfit_for_a_page_is_refused(row):
    with pytest.raises(ValueError, match=r"is no|could not"):
        Part("x", Owners()).fill(reading(row))


def test_open_metrics_names_counters_without_their_ending():
    moved = Family("hisops_moved_total", "counter", 'Patients "moved".')
    octets = Family("ifHCInOctets", "counter", "Octets.")
    other = Family("hisops_other", "untyped", "Whatever.")
    rows = reading((moved, (("ward", "a"),), 3), (octets, (), 5), (other, (), 7))
    part = Part("x", Owners())

    text = part.fill(rows, open_metrics=True)

    assert text == (
        '# HELP hisops_moved Patients \\"moved\\".\n# TYPE hisops_moved counter\n'
        'hisops_moved_total{ward="a"} 3\n'
        "# HELP ifHCInOctets Octets.\n# TYPE ifHCInOctets unknown\nifHCInOctets 5\n"
        "# HELP hisops_other Whatever.\n# TYPE hisops_other unknown\nhisops_other 7\n"
    )
    assert "# TYPE hisops_moved_total counter\n" in part.fill(rows)


def test_both_formats_show_the_shape_of_now():
    part = Part("x", Owners())
    part.fill(reading((BEDS, (("ward", "a"),), 1)))
    part.fill(reading((BEDS, (("ward", "a"),), 1)), open_metrics=True)
    changed = reading((BEDS, (("ward", "b"),), 2))

    assert '{ward="b"} 2' in part.fill(changed, open_metrics=True)
    assert '{ward="b"} 2' in part.fill(changed)


@pytest.mark.parametrize("is_open", [False, True])
def test_families_are_chosen_by_the_name_of_their_series(is_open):
    moved = Family("hisops_moved_total", "counter", "Moved.")
    rows = reading((BEDS, (("ward", "\n# HELP x"),), 1), (moved, (), 2), (LOAD, (), 0.5))
    text = Part("x", Owners()).fill(rows, open_metrics=is_open)

    kept = only(text, ["hisops_moved_total", "hisops_none"])

    assert kept.splitlines()[2:] == ["hisops_moved_total 2"]
    assert only(text, ["none"]) == ""
