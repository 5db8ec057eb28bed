"""hisops net, as a person types it."""

import json

import pytest

from hisops.cli.main import run
from hisops.core.errors import Exit, OpsError

_HOSTS = """\
all:
  children:
    core: {hosts: {"core-[1:2]"}}
    access: {hosts: {acc-1}}
    db: {hosts: {"db-[1:2]"}}
"""
_SYSTEMS = "his: {name: {zh: 库, en: DB}, class: C1, owner: dba, hosts: [db]}\n"
_LINKS = """\
- {a: "core-1:1", b: "core-2:1"}
- {a: "acc-1:49", b: "core-1:11"}
- {a: "acc-1:50", b: "core-2:11"}
- {a: "db-[1:2]:eth0", b: "core-[1:2]:21"}
"""


@pytest.fixture
def site(tmp_path):
    """Two cores, one access switch and two databases on one core each."""
    files = {
        "site.yml": "name: Test\n",
        "inventory/hosts.yml": _HOSTS,
        "inventory/systems.yml": _SYSTEMS,
        "inventory/links.yml": _LINKS,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _hisops(site, *words: str) -> int:
    return run(["--site", str(site), "net", *words])


def _cut(site, line: str) -> None:
    links = site / "inventory/links.yml"
    links.write_text(links.read_text().replace(line, ""))


def test_prove_ends_with_0_when_nothing_single_cuts(site, capsys):
    assert _hisops(site, "prove") == Exit.DONE
    assert "proven" in capsys.readouterr().out


def test_prove_ends_with_4_and_names_the_link(site, capsys):
    _cut(site, '- {a: "acc-1:50", b: "core-2:11"}\n')

    code = _hisops(site, "prove", "--json")

    said = json.loads(capsys.readouterr().out)
    assert code == Exit.FINDINGS
    assert [f["element"] for f in said["findings"]] == ["acc-1:49 - core-1:11", "core-1"]
    assert said["verdicts"][0]["failures"] == 2


def test_prove_ends_with_0_when_all_of_it_is_accepted(site):
    _cut(site, '- {a: "acc-1:50", b: "core-2:11"}\n')
    (site / "net").mkdir()
    entry = "- {element: core-1, reason: second uplink ordered, until: 2100-01-01}\n"
    (site / "net/accepted.yml").write_text(entry + entry.replace("core-1", '"acc-1:49"'))

    assert _hisops(site, "prove") == Exit.DONE


def test_prove_ends_with_3_when_a_host_has_no_cable(site):
    _cut(site, '- {a: "db-[1:2]:eth0", b: "core-[1:2]:21"}\n')

    assert _hisops(site, "prove") == Exit.PARTIAL


def test_publish_writes_the_metrics(site):
    _hisops(site, "prove", "--publish")

    page = (site / "var/metrics/network.prom").read_text()
    series = 'hisops_redundancy_single_failures{target_system="his",view="intended"} 0'
    assert series in page


def test_a_site_without_links_is_told_what_to_write(site):
    (site / "inventory/links.yml").write_text("[]\n")

    with pytest.raises(OpsError) as problem:
        _hisops(site, "prove")

    assert "links.yml" in problem.value.cause


def test_a_mistake_in_what_is_accepted_is_told_with_its_line(site):
    (site / "net").mkdir()
    (site / "net/accepted.yml").write_text("\n- {element: core-1, until: 2100-01-01}\n")

    with pytest.raises(OpsError) as problem:
        _hisops(site, "prove")

    assert problem.value.cause.startswith("net/accepted.yml:2:")


_SEEN = """\
hisops_lldp_neighbor_info{instance="core-1",local_port="1",neighbor="core-2",neighbor_port="1"} 1
hisops_lldp_neighbor_info{instance="core-2",local_port="1",neighbor="core-1",neighbor_port="1"} 1
hisops_lldp_neighbor_info{instance="core-2",local_port="11",neighbor="acc-1",neighbor_port="50"} 1
hisops_lldp_neighbor_info{instance="acc-1",local_port="50",neighbor="core-2",neighbor_port="11"} 1
ifOperStatus{instance="core-1",ifName="11"} 2
"""


@pytest.fixture
def seen(tmp_path):
    """A file of what the switches say: the cable acc-1:49 is down."""
    path = tmp_path / "seen.prom"
    path.write_text(_SEEN)
    return str(path)


def test_topology_shows_what_differs(site, seen, capsys):
    code = _hisops(site, "topology", "--diff", "--from", seen, "--json")

    said = json.loads(capsys.readouterr().out)
    assert code == Exit.FINDINGS
    assert [(d["kind"], d["link"]) for d in said] == [("down", "acc-1:49 - core-1:11")]


def test_topology_draws_and_marks_what_differs(site, seen, capsys):
    _hisops(site, "topology", "--seen", "--from", seen, "--draw", "tree")

    assert "x 11 to acc-1:49  down" in capsys.readouterr().out


def test_what_was_seen_can_be_carried_to_another_place(site, seen, tmp_path, capsys):
    _hisops(site, "topology", "--seen", "--from", seen, "--json")
    (tmp_path / "carried.json").write_text(capsys.readouterr().out)

    code = _hisops(site, "topology", "--diff", "--from", str(tmp_path / "carried.json"))

    assert code == Exit.FINDINGS


def test_prove_over_what_is_seen_finds_what_is_single_now(site, seen, capsys):
    code = _hisops(site, "prove", "--from", seen, "--json")

    said = json.loads(capsys.readouterr().out)
    assert code == Exit.FINDINGS
    assert "acc-1:50 - core-2:11" in [f["element"] for f in said["findings"]]


def test_a_picture_of_unknown_form_is_refused(site):
    with pytest.raises(OpsError):
        _hisops(site, "topology", "--draw", "jpeg")


def test_the_probes_between_zones_are_ones_that_the_site_takes(site, capsys):
    (site / "inventory/zones.yml").write_text("db: {networks: [10.30.0.0/24]}\n")
    hosts = site / "inventory/hosts.yml"
    hosts.write_text(
        hosts.read_text().replace('{"db-[1:2]"}', "{db-1: {ansible_host: 10.30.0.1}, db-2: }")
    )
    _hisops(site, "latency", "--probes")
    (site / "probes").mkdir()
    (site / "probes/zones.yml").write_text(capsys.readouterr().out)

    run(["--site", str(site), "probe", "list", "--json"])

    (row,) = json.loads(capsys.readouterr().out)
    assert (row["module"], row["instance"]) == ("zone_icmp", "db-1")
