"""Rows of the screen: worst first, found by a filter, and never green when they are old."""

from datetime import timedelta

import msgspec
import pytest

from hisops.cli import top_rows
from hisops.cli.top_rows import Pane, Seen, table
from hisops.workflow.light import Light
from tests.cli.scenes import NOW, SCENE

FRESH = Seen(SCENE, 1.0)


def test_the_worst_system_stands_first():
    found = table(FRESH, Pane.SYSTEMS)

    assert list(found.keys) == ["pacs", "oa", "his"]
    assert [row[0] for row in found.rows] == ["✖ bad", "? unknown", "✓ ok"]


@pytest.mark.parametrize("pane", [Pane.SYSTEMS, Pane.HOSTS])
def test_nothing_in_an_old_scene_is_green(pane):
    young, old = table(Seen(SCENE, 15.0), pane), table(Seen(SCENE, 15.1), pane)

    assert Light.OK in young.lights
    assert Light.OK not in old.lights
    assert Light.STALE in old.lights
    assert Light.BAD in old.lights


def test_nothing_is_green_while_prometheus_does_not_answer():
    silent = Seen(msgspec.structs.replace(SCENE, cause="no answer"), 0.0)

    assert Light.OK not in table(silent, Pane.SYSTEMS).lights
    assert "? unknown" in top_rows.head(silent, NOW)[0]
    assert "no answer" in top_rows.head(silent, NOW)[0]


def test_ages_grow_with_the_scene():
    (row,) = table(Seen(SCENE, 40.0), Pane.HOSTS, "db1").rows

    assert row[-1] == "43 s"


@pytest.mark.parametrize(
    ("pane", "needle", "keys"),
    [
        (Pane.SYSTEMS, "门诊", ["his"]),
        (Pane.SYSTEMS, "PACS", ["pacs"]),
        (Pane.HOSTS, "bad", ["db2"]),
        (Pane.SYSTEMS, "nothing", []),
    ],
)
def test_a_filter_finds_any_cell_in_either_language(pane, needle, keys):
    assert list(table(FRESH, pane, needle).keys) == keys


def test_an_alert_shows_since_when_and_on_what():
    row = table(FRESH, Pane.ALERTS).rows[0]

    assert row == ("✖ critical", "5 min ago", "AgentDown", "db1", "dba", "db1 无响应")


def test_the_head_tells_the_worst_the_counts_and_who_is_on_call():
    first, second = top_rows.head(FRESH, NOW + timedelta(seconds=1))

    assert first == "市第一人民医院  ✖ bad  2026-11-25 08:00:01  data 1 s old"
    assert second == "alerts 2 (1 critical)  incidents 2 acked, 1 open  on call dba: 李"


def test_details_are_all_that_is_known_of_a_row():
    found = dict(top_rows.details(FRESH, Pane.HOSTS, "db1"))

    assert (found["light"], found["cpu"], found["disk"]) == ("✓ ok", "0.25", "-")
    assert top_rows.details(FRESH, Pane.HOSTS, "gone") == []


@pytest.mark.parametrize(
    ("pane", "key", "stem"),
    [
        (Pane.SYSTEMS, "his", "server-down"),
        (Pane.HOSTS, "db1", "server-down"),
        (Pane.HOSTS, "db2", ""),
    ],
)
def test_the_runbook_is_that_of_the_first_alert_on_it(pane, key, stem):
    assert top_rows.runbook_of(FRESH, pane, key) == stem
