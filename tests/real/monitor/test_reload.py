"""The running Prometheus takes a new configuration, or keeps the last good one."""

import json
from pathlib import Path

import pytest

from hisops.core import journal
from hisops.core.errors import OpsError
from hisops.core.event import ConfigApplied
from hisops.monitor import prometheus
from hisops.workflow import live
from tests.real.monitor.conftest import IO, is_up, make_site, running, value, wait_for, with_hosts


def test_our_configuration_is_what_prometheus_runs(site):
    paths = ("/api/v1/targets?state=active", "/api/v1/rules")
    found, ruled = (IO.http("GET", site.settings.prometheus.url + path).body for path in paths)

    targets = {t["labels"]["instance"]: t for t in json.loads(found)["data"]["activeTargets"]}
    assert targets["db1"]["labels"]["tier"] == "0"
    assert targets["db1"]["scrapeInterval"] == "1s"
    groups = json.loads(ruled)["data"]["groups"]
    bad = [r["name"] for g in groups for r in g["rules"] if r["health"] == "err"]
    assert len(groups) > 10
    assert bad == []


def test_a_wrong_expression_is_told_and_is_no_empty_answer(site):
    with pytest.raises(OpsError) as problem:
        live.query(IO, site, "up ==")

    assert "parse error" in problem.value.cause


def test_a_new_host_is_measured_without_a_restart(site, store, exporter_port):
    own_start = 'process_start_time_seconds{job="prometheus"}'
    started = wait_for(lambda: value(site, own_start))

    applied = prometheus.apply(IO, with_hosts(site, db1=exporter_port, db2=exporter_port), store)
    wait_for(lambda: is_up(site, "db2"))

    assert applied.reloaded
    assert value(site, own_start) == started


def test_a_host_that_left_the_inventory_is_not_measured_any_more(site, store, exporter_port):
    prometheus.apply(IO, with_hosts(site, db1=exporter_port, db3=exporter_port), store)
    wait_for(lambda: is_up(site, "db3"))

    prometheus.apply(IO, with_hosts(site, db1=exporter_port), store)

    wait_for(lambda: value(site, 'up{instance="db3"}') is None)


def test_a_rule_that_promtool_refuses_leaves_the_last_good_configuration_at_work(site, store):
    prometheus.apply(IO, site, store)
    own = Path(site.root, "alerts/rules/own.yml")
    IO.write(str(own), "groups: [{name: own, rules: [{alert: Bad, expr: 'up =='}]}]\n")
    before = value(site, 'timestamp(up{instance="db1"})')

    with pytest.raises(OpsError) as problem:
        prometheus.apply(IO, site, store)
    own.unlink()

    assert 'rules/own.yml: 1:49: group "own", rule 1, "Bad"' in problem.value.cause
    assert before is not None
    wait_for(lambda: (value(site, 'timestamp(up{instance="db1"})') or 0) > before)
    assert value(site, "prometheus_config_last_reload_successful") == 1
    assert not prometheus.apply(IO, site, store).changed
    accepted = [e.event().accepted for e in journal.latest(store, ConfigApplied, "prometheus")]
    assert accepted == [False]


def test_a_rule_of_the_site_takes_effect_at_the_next_change(site, store, sink):
    own = Path(site.root, "alerts/rules/own.yml")
    rule = "{alert: Own, expr: 'up{instance=\"db1\"} == 1', labels: {severity: info}}"
    IO.write(str(own), f"groups: [{{name: own, interval: 1s, rules: [{rule}]}}]\n")

    prometheus.apply(IO, site, store)

    wait_for(lambda: sink.find("Own", instance="db1", team="dba"))
    own.unlink()
    prometheus.apply(IO, site, store)
    assert not Path(prometheus.folder(site), "rules/own.yml").exists()


def test_what_prometheus_refuses_to_load_is_taken_back(tmp_path, store, sink, exporter_port):
    other = make_site(tmp_path, sink.server.server_port, db1=exporter_port)
    prometheus.apply(IO, other, store)
    good = Path(prometheus.folder(other), "prometheus.yml").read_text()
    deaf = [word for word in prometheus.argv(other) if word != "--web.enable-lifecycle"]

    with running(deaf, tmp_path / "log"):
        wait_for(lambda: prometheus.is_ready(IO, other))
        with pytest.raises(OpsError) as problem:
            prometheus.apply(IO, with_hosts(other, db9=exporter_port, db1=1), store)

    assert "Lifecycle API is not enabled" in problem.value.cause
    assert Path(prometheus.folder(other), "prometheus.yml").read_text() == good
    assert "db9" not in Path(prometheus.folder(other), "targets/tier-0-local.json").read_text()
