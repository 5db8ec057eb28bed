"""Plots of what a real Prometheus remembers."""

import json

import pytest

from hisops.cli.main import run
from hisops.core.errors import Exit, OpsError
from tests.real.monitor.conftest import IO


@pytest.fixture
def graph(site, capsys):
    """What `hisops monitor graph` prints."""
    listen = site.settings.prometheus.listen
    IO.write(f"{site.root}/site.yml", f'name: T\nprometheus: {{listen: "{listen}"}}\n')
    IO.write(f"{site.root}/inventory/hosts.yml", "all: {hosts: {}}\n")

    def ask(*words: str) -> str:
        run(["--site", site.root, "monitor", "graph", *words])
        return capsys.readouterr().out

    return ask


def test_a_query_is_plotted_with_axes_and_a_legend(graph):
    text = graph("vector(1) * 0 + 5 + (time() % 100) / 100", "--since", "5min", "--rows", "6")

    assert [line for line in text.splitlines() if any(0x2800 < ord(c) < 0x2900 for c in line)]
    assert "└─" in text
    assert "least" in text


def test_several_series_have_their_marks_and_only_labels_that_differ(graph):
    text = graph("up", "--since", "2min")

    assert "a     {instance=" in text
    assert "site=" not in text


def test_json_gives_every_point_and_gaps_as_null(graph):
    said = json.loads(graph("up", "--since", "30d", "--json"))

    counts = {len(series["points"]) for series in said["series"]}
    assert counts == {140}
    assert said["series"][0]["points"][0] is None
    assert {1.0} == {series["points"][-1] for series in said["series"]} - {0.0}


@pytest.mark.parametrize("words", [("up ==",), ("up", "--since", "soon")])
def test_a_wrong_expression_or_time_is_wrong_usage(graph, words):
    with pytest.raises(OpsError) as problem:
        graph(*words)

    assert problem.value.code == Exit.USAGE
