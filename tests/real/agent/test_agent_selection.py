"""`collect[]`, `exclude[]`, `name[]` and OpenMetrics, as clients of node_exporter ask for them."""

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families

from tests.real.agent.test_agent_trouble import collector, samples

_OPEN = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


def collectors(page: bytes) -> set[str]:
    found = samples(page.decode())
    return {name for family, name in found if family == "node_scrape_collector_success"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("collect[]=meminfo&collect%5B%5D=loadavg", {"meminfo", "loadavg"}),
        ("collect[]=cpu", {"stat", "cpu_throttle"}),
        ("collect[]=time", {"clock"}),
    ],
)
def test_only_the_named_collectors_run(start, query, expected):
    status, _, page = start().get(f"/metrics?{query}")

    assert status == 200
    assert collectors(page) == expected


def test_all_but_the_named_collectors_run(start):
    agent = start()

    _, _, whole = agent.get()
    _, _, part = agent.get("/metrics?exclude[]=netstat&exclude[]=time")

    assert collectors(whole) - collectors(part) == {"netstat", "clock"}


def test_only_the_named_families_are_shown(start):
    _, _, page = start().get("/metrics?name[]=node_load1&name[]=node_forks_total")

    assert set(samples(page.decode())) == {("node_load1", ""), ("node_forks_total", "")}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("collect[]=nonsense", "there is no collector 'nonsense'"),
        ("collect[]=cpu&exclude[]=time", "not both"),
    ],
)
def test_a_wrong_choice_is_told(start, query, told):
    status, _, page = start().get(f"/metrics?{query}")

    assert status == 400
    assert told in page.decode()


def test_open_metrics_is_what_its_own_parser_takes(start, tmp_path):
    collector(tmp_path, "late", "raise RuntimeError('no')")
    agent = start(units=tmp_path)

    _, headers, page = agent.get(Accept=_OPEN)
    _, plain_headers, plain = agent.get()

    kinds = {family.name: family.type for family in open_families(page.decode())}
    assert headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert plain_headers["content-type"].startswith("text/plain; version=0.0.4")
    assert page.endswith(b"\n# EOF\n")
    assert b"# EOF" not in plain
    assert kinds["node_forks"] == "counter"
    assert kinds["node_netstat_TcpExt_ListenDrops"] == "unknown"


def test_both_formats_hold_the_same_series(start):
    agent = start()

    _, _, page = agent.get(Accept=_OPEN)
    _, _, plain = agent.get()

    def series(text: bytes) -> set[str]:
        lines = text.decode().splitlines()
        return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}

    assert series(page) == series(plain)


def test_a_late_collector_is_shown_in_the_format_that_is_asked_for(start, tmp_path):
    slow = tmp_path / "slow"
    body = f"time.sleep(3600 if __import__('os').path.exists({str(slow)!r}) else 0)"
    family = 'Family("hisops_late_total", "counter", "")'
    (tmp_path / "units").mkdir()
    collector(tmp_path / "units", "late", f"{body}; yield Sample({family}, 7)")
    agent = start(units=tmp_path / "units")
    agent.get()
    slow.touch()

    _, _, page = agent.get(Accept=_OPEN)

    assert b"# TYPE hisops_late counter\nhisops_late_total 7\n" in page
