"""Every SNMP profile that ships: read, named, sourced, and free of collisions."""

import re

import pytest

from hisops.core.metric_text import is_label, is_name
from hisops.monitor import profile

PROFILES = profile.shipped()
METRICS = [
    (name, table, metric)
    for name, one in PROFILES.items()
    for table in one.tables
    for metric in table.metrics
]
OWN_UNITS = ("_celsius", "_volts", "_amperes", "_watts", "_rpm", "_hertz", "_ratio", "_seconds")
OWN_STATES = ("_health", "_state", "_info", "_total", "_pages", "_passed")


def metric_names(metric):
    names = metric.units.names.values() if metric.units else [metric.name]
    return [name.partition(" ")[0] for name in names]


@pytest.mark.parametrize(("name", "table", "metric"), METRICS)
def test_names_and_labels_are_as_prometheus_wants(name, table, metric):
    labels = [*filter(None, table.index), *table.labels, *table.constant, *metric.labels]

    assert all(is_name(word) for word in metric_names(metric))
    assert all(is_label(label) for label in labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(("name", "table", "metric"), METRICS)
def test_an_own_metric_says_its_unit(name, table, metric):
    for word in metric_names(metric):
        assert not word.startswith("hisops_") or word.endswith(OWN_UNITS + OWN_STATES), word


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_says_where_its_identifiers_were_read(name):
    assert len(PROFILES[name].source) > 10


@pytest.mark.parametrize("name", PROFILES)
def test_identifiers_are_dotted_numbers(name):
    text = repr(PROFILES[name])

    assert re.findall(r"oid='(?!1(\.\d+)+')[^']+'", text) == []


@pytest.mark.parametrize("name", PROFILES)
def test_no_series_comes_from_two_columns(name):
    keys = [
        (word, metric.oid, tuple(metric.labels.items()), tuple(table.constant.items()))
        for table in PROFILES[name].tables
        for metric in table.metrics
        for word in set(metric_names(metric))
    ]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_matches_devices(name):
    match = PROFILES[name].match

    assert match.every or match.object_ids or match.description


def test_no_two_profiles_match_by_the_same_identifier():
    seen = [oid for one in PROFILES.values() for oid in one.match.object_ids]

    assert sorted(set(seen)) == sorted(seen)
