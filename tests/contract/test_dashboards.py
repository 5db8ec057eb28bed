"""Grafana dashboards that ship: well formed, offline, and about metrics that exist."""

import json
import re
from itertools import combinations
from pathlib import Path

import msgspec
import pytest

from hisops.core.io import Completed
from hisops.core.model import Value
from hisops.core.site import shipped_root
from hisops.io.local import Local
from tests.contract import vocabulary

PATHS = sorted(Path(shipped_root(), "dashboards").glob("*.json"))
KINDS = {"row", "stat", "timeseries", "table", "state-timeline", "gauge", "bargauge"}
WANTED = {"overview", "host", "network", "database", "hospital", "room", "backup"}


class Place(Value, frozen=True, kw_only=True):
    x: int
    y: int
    w: int
    h: int


class Target(Value, frozen=True, kw_only=True):
    refId: str  # noqa: N815 - Grafana's own name
    expr: str


class Panel(Value, frozen=True, kw_only=True):
    id: int
    type: str
    title: str
    gridPos: Place  # noqa: N815
    targets: tuple[Target, ...] = ()


class Board(Value, frozen=True, kw_only=True):
    uid: str
    title: str
    schemaVersion: int  # noqa: N815
    panels: tuple[Panel, ...]


def read(path: Path) -> Board:
    return msgspec.json.decode(path.read_bytes(), type=Board)


def queries(text: str) -> list[str]:
    """Every expression of a dashboard: of panels, and of variables."""
    board = json.loads(text)
    found = [t["expr"] for panel in board["panels"] for t in panel.get("targets", [])]
    variables = [v["definition"] for v in board["templating"]["list"] if v["type"] == "query"]
    return found + [re.sub(r"label_values\((.*), \w+\)", r"\1", each) for each in variables]


@pytest.fixture(scope="module")
def known():
    return vocabulary.known()


def test_there_is_one_for_each_kind_of_thing():
    assert {path.stem for path in PATHS} >= WANTED


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_query_asks_for_metrics_that_hisops_writes(path, known):
    missing = {name for query in queries(path.read_text()) for name in vocabulary.asked(query)}

    assert missing - known == set()


def promtool(expressions: list[str], folder: Path) -> Completed:
    """What promtool says of expressions, as rules."""
    rules = [{"record": f"q:{i}", "expr": each} for i, each in enumerate(expressions)]
    (folder / "q.yml").write_text(json.dumps({"groups": [{"name": "q", "rules": rules}]}))
    return Local().run(["promtool", "check", "rules", str(folder / "q.yml")])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_promtool_understands_every_query(path, tmp_path):
    done = promtool(queries(path.read_text()), tmp_path)

    assert done.code == 0, done.text + done.err.decode()


def test_promtool_refuses_a_query_that_is_wrong(tmp_path):
    assert promtool(["sum by (up)"], tmp_path).code != 0


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('sum by (a, b) (rate(x_total{c="y"}[5m])) / on (a) group_left (b) z', {"x_total", "z"}),
        ("time() - a_seconds > 4 * 365 or vector(0)", {"a_seconds"}),
        ('hisops:x:ratio{a=~"$host"} <= bool 1e9 offset 5m', {"hisops:x:ratio"}),
        ("topk(10, ifHCInOctets * 8) and 0.5 < up", {"ifHCInOctets", "up"}),
    ],
)
def test_names_are_found_in_expressions(expression, names):
    assert vocabulary.asked(expression) - {"m"} == names


def test_a_metric_that_nobody_writes_is_not_known(known):
    assert "node_filesystem_avail" not in known
    assert {"node_load1", "pg_up", "hisops_backup_state", "probe_success"} <= known


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_panels_have_their_kind_name_and_place(path):
    board = read(path)

    assert len({panel.id for panel in board.panels}) == len(board.panels)
    assert {panel.type for panel in board.panels} <= KINDS
    assert all(panel.targets or panel.type == "row" for panel in board.panels)
    assert all(panel.gridPos.x + panel.gridPos.w <= 24 for panel in board.panels)
    assert [(a.title, b.title) for a, b in combinations(board.panels, 2) if overlap(a, b)] == []


def overlap(a: Panel, b: Panel) -> bool:
    p, q = a.gridPos, b.gridPos
    return p.x < q.x + q.w and q.x < p.x + p.w and p.y < q.y + q.h and q.y < p.y + p.h


def test_every_dashboard_has_its_own_uid():
    uids = [read(path).uid for path in PATHS]

    assert len(set(uids)) == len(uids)
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", uid) for uid in uids)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_nothing_in_it_leads_out_of_the_hospital(path):
    assert re.findall(r"https?://", path.read_text()) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_titles_are_in_both_languages(path):
    assert re.search(r"[\u4e00-\u9fff].* / .*[A-Za-z]", read(path).title)
