"""Queries as data: what a row becomes, and the packs that ship."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from hisops.monitor import sql
from hisops.monitor.sql import Metric, Query
from hisops.wire.table import Table

_PACKS = sorted((Path(sql.__file__).parent / "packs").glob("*.yml"))
_SUFFIX = "gauge"


def _query(**changes):
    plain = Query(sql="SELECT 1", labels=("ward",), metrics={"n": Metric(name="hisops_waiting")})
    return msgspec.structs.replace(plain, **changes)


def _values(query, *rows, columns=("WARD", "N")):
    return [(s.labels, s.value) for s in sql.measure(query, Table(columns, rows))]


def test_a_row_becomes_one_sample_per_metric_with_its_labels():
    found = sql.measure(_query(), Table(["WARD", "N"], [["icu", "12"], ["3号楼", "0"]]))

    assert [(s.family.name, s.labels, s.value) for s in found] == [
        ("hisops_waiting", (("ward", "icu"),), 12),
        ("hisops_waiting", (("ward", "3号楼"),), 0),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (True, 1),
        (Decimal("1.5"), 1.5),
        ("2.50", 2.5),
        ("Yes", 1),
        ("OFF", 0),
        ("Connecting", 0),
        (timedelta(minutes=2), 120),
        (datetime(2026, 1, 1, tzinfo=UTC), 1767225600),
        ("99999999999999999999", 99999999999999999999),
    ],
)
def test_reads_what_drivers_give(cell, value):
    assert _values(_query(), ["icu", cell]) == [((("ward", "icu"),), value)]


@pytest.mark.parametrize("cell", [None, "", "NaN", "inf", "waiting", b"\xff", "9" * 400])
def test_what_is_no_number_becomes_no_sample(cell):
    assert _values(_query(), ["icu", cell]) == []


def test_times_its_scale():
    query = _query(metrics={"n": Metric(name="hisops_x_seconds", scale=0.001)})

    assert _values(query, ["icu", "1500"]) == [((("ward", "icu"),), 1.5)]


def test_pairs_become_columns():
    query = Query(
        sql="SHOW STATUS",
        pivot=True,
        metrics={"uptime": Metric(name="up_seconds"), "gone": Metric(name="gone")},
    )

    assert _values(query, ["Uptime", "7"], ["Other", "x"]) == [((), 7)]


def test_a_missing_column_is_an_error_with_its_name():
    with pytest.raises(ValueError, match="no column 'n'"):
        _values(_query(), ["icu", "1"], columns=("ward", "m"))


def test_rows_with_the_same_labels_are_an_error():
    with pytest.raises(ValueError, match="same labels"):
        _values(_query(), ["icu", "1"], ["icu", "2"])


def test_a_hostile_label_is_cut_and_made_printable():
    (((_, text),), _), *_ = _values(_query(), ["a\0\ud800" + "x" * 5000, "1"])

    assert text.startswith("a?x")
    assert len(text) <= 120


def test_a_cut_answer_says_so():
    found = sql.answered("q", _query(), Table(["ward", "n"], [["icu", 1]], is_cut=True))

    assert [s.family.name for s in found][-1] == "hisops_sql_query_cut"


@pytest.mark.parametrize(
    "wrong",
    [
        {"metrics": {}},
        {"sql": " "},
        {"labels": ("a-b",)},
        {"labels": ("__name__",)},
    ],
)
def test_a_query_that_cannot_work_does_not_load(wrong):
    with pytest.raises(ValueError, match="expected"):
        _query(**wrong)


@pytest.mark.parametrize("wrong", [{"name": "a b"}, {"name": "x", "help": "a\nb"}])
def test_a_metric_that_prometheus_would_refuse_does_not_load(wrong):
    with pytest.raises(ValueError, match="expected"):
        Metric(**wrong)


def test_asks_a_server_only_what_it_understands():
    new, old = _query(since=140000), _query(before=140000)
    other = _query(server="mysql")

    assert new.fits("", 150000)
    assert not new.fits("", 130000)
    assert old.fits("", 130000)
    assert not old.fits("", 140000)
    assert not other.fits("mariadb", 1)


@pytest.mark.parametrize("path", _PACKS, ids=lambda path: path.stem)
def test_a_pack_that_ships_loads_and_names_each_metric_once_per_kind(path):
    queries = sql.pack(path.stem)

    kinds = {}
    for query in queries.values():
        for metric in query.metrics.values():
            assert metric.help, metric.name
            assert kinds.setdefault(metric.name, (metric.kind, metric.help)) == (
                metric.kind,
                metric.help,
            )
            assert (
                not metric.name.startswith("hisops_")
                or metric.kind == _SUFFIX
                or metric.name.endswith("_total")
            )


@pytest.mark.parametrize("path", _PACKS, ids=lambda path: path.stem)
def test_a_pack_that_ships_only_reads(path):
    for name, query in sql.pack(path.stem).items():
        assert query.sql.split()[0].upper() in ("SELECT", "SHOW", "WITH"), name
        assert ";" not in query.sql.strip().rstrip(";"), name
