"""hisops monitor, as a person types it."""

import json
import socket

import pytest

from hisops.cli.main import run
from hisops.core.errors import Exit, OpsError

_HOSTS = """\
all:
  hosts:
    db1: {ansible_host: 127.0.0.1, agent_port: 19100}
    ct1: {ansible_host: 10.200.0.1, agent_port: 9100}
"""
_SYSTEMS = "his: {name: {zh: 库, en: DB}, class: C1, owner: dba, hosts: [db1, ct1]}\n"
_TEAMS = """\
people: {li: {name: Li, email: li@hospital.example}}
teams: {dba: {name: {zh: 组, en: DBA}, lead: li, members: [li]}}
"""
_ZONES = "meddev: {networks: [10.200.0.0/16], probe: never}\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def site(tmp_path):
    """A folder with one host that is measured and one that must not be."""
    files = {
        "site.yml": f'name: Test\nprometheus: {{listen: "127.0.0.1:{_free_port()}"}}\n',
        "inventory/hosts.yml": _HOSTS,
        "inventory/systems.yml": _SYSTEMS,
        "inventory/teams.yml": _TEAMS,
        "inventory/zones.yml": _ZONES,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _hisops(site, *words: str) -> int:
    return run(["--site", str(site), "monitor", *words])


def test_targets_lists_what_is_measured_and_tells_what_is_not(site, capsys):
    _hisops(site, "targets", "--json")

    said = capsys.readouterr()
    rows = {(row["job"], row["instance"]): row for row in json.loads(said.out)}
    assert rows["agent", "db1"]["tier"] == 1
    assert rows["agent", "db1"]["class"] == "C1"
    assert ("agent", "ct1") not in rows
    assert "ct1 is not measured: zone meddev" in said.err


def test_rules_lists_every_alert_with_its_runbook(site, capsys):
    _hisops(site, "rules", "--json")

    rows = json.loads(capsys.readouterr().out)
    assert {"AgentDown", "FilesystemFull", "Watchdog"} <= {row["alert"] for row in rows}
    assert all(row["runbook"] and row["severity"] for row in rows)


def test_a_dry_run_judges_and_writes_nothing(site, capsys):
    _hisops(site, "apply", "--dry-run", "--json")

    verdict = json.loads(capsys.readouterr().out)
    assert verdict["accepted"]
    assert verdict["changes"]["prometheus.yml"] == "add"
    assert not (site / "var/prometheus/prometheus.yml").exists()


def test_apply_writes_the_configuration_once(site, capsys):
    _hisops(site, "apply", "--json")
    first = json.loads(capsys.readouterr().out)
    _hisops(site, "apply", "--json")
    second = json.loads(capsys.readouterr().out)

    assert (first["changed"], second["changed"]) == (True, False)
    assert (site / "var/prometheus/targets/tier-1-local.json").exists()


@pytest.mark.parametrize("words", [["apply"], ["apply", "--dry-run"]])
def test_probes_with_a_mistake_are_not_applied_and_nothing_is_dropped(site, words):
    (site / "probes").mkdir()
    probes = site / "probes/db.yml"
    probes.write_text("targets: [{module: tcp, hosts: [db1], port: 1}]\n")
    _hisops(site, "apply")
    before = {path: path.read_bytes() for path in site.glob("var/pro*/*.*")}
    probes.write_text("targets: [{module: tcp, hosts: [db1], prot: 1}]\n")

    with pytest.raises(OpsError, match="unknown setting") as problem:
        _hisops(site, *words)

    assert problem.value.code is Exit.USAGE
    assert len(before) > 1
    assert {path: path.read_bytes() for path in site.glob("var/pro*/*.*")} == before


def test_a_rule_that_promtool_refuses_is_a_wrong_configuration(site):
    own = site / "alerts/rules/own.yml"
    own.parent.mkdir(parents=True)
    own.write_text("groups: [{name: own, rules: [{alert: Bad, expr: 'up =='}]}]\n")

    with pytest.raises(OpsError) as problem:
        _hisops(site, "apply", "--dry-run")

    assert problem.value.code == Exit.USAGE
    assert "rules/own.yml" in problem.value.cause


def test_render_writes_a_folder_for_another_prometheus(site, tmp_path):
    _hisops(site, "render", str(tmp_path / "out"))

    assert (tmp_path / "out/prometheus.yml").exists()
    assert (tmp_path / "out/rules/agent.yml").exists()


def test_status_says_that_prometheus_is_silent_and_ends_with_13(site, capsys):
    code = _hisops(site, "status", "--json")

    state = json.loads(capsys.readouterr().out)
    assert code == Exit.UNREACHABLE
    assert (state["ready"], state["applied"], state["targets_up"]) == (False, False, None)


def test_a_query_without_prometheus_is_unreachable(site):
    with pytest.raises(OpsError) as problem:
        _hisops(site, "query", "up")

    assert problem.value.code == Exit.UNREACHABLE
