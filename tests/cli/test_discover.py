"""hisops discover, as a person types it."""

import json
from pathlib import Path

import pytest

from hisops.cli.main import run
from hisops.core.errors import Exit, OpsError

_SAMPLES = Path(__file__).parents[1] / "samples/import"


@pytest.fixture
def site(tmp_path):
    """A site with one host."""
    (tmp_path / "inventory").mkdir()
    (tmp_path / "site.yml").write_text("name: Test\n")
    (tmp_path / "inventory/hosts.yml").write_text(
        "all: {hosts: {db-1: {ansible_host: 10.0.0.1}}}\n"
    )
    (tmp_path / "inventory/zones.yml").write_text("office: {networks: [10.20.0.0/22]}\n")
    return tmp_path


def _hisops(site, *words: str) -> int:
    return run(["--site", str(site), "discover", *words])


@pytest.mark.parametrize(
    ("kind", "file", "host"),
    [
        ("zabbix", "zabbix.yaml", "lis-mid-01"),
        ("zabbix", "zabbix.xml", "lis-mid-01"),
        ("checkmk", "hosts.mk", "db-lis-3"),
        ("checkmk", "checkmk.json", "db-lis-3"),
        ("csv", "assets.csv", "prn-77"),
    ],
)
def test_an_export_becomes_a_diff_and_changes_nothing(site, capsys, kind, file, host):
    before = (site / "inventory/hosts.yml").read_text()

    code = _hisops(site, "import", kind, str(_SAMPLES / file))

    assert code == Exit.DONE
    assert f"+    {host}:" in capsys.readouterr().out
    assert (site / "inventory/hosts.yml").read_text() == before


def test_write_changes_the_inventory_and_a_second_time_nothing_is_new(site, capsys):
    _hisops(site, "import", "csv", str(_SAMPLES / "assets.csv"), "--write")
    capsys.readouterr()

    _hisops(site, "import", "csv", str(_SAMPLES / "assets.csv"), "--json")

    said = json.loads(capsys.readouterr().out)
    assert said["hosts"] == []
    assert len(said["left_out"]) == 2


def test_a_file_that_is_no_export_is_told_in_one_line(site, tmp_path):
    (tmp_path / "x.xml").write_text("<!DOCTYPE a []><a/>")

    with pytest.raises(OpsError) as problem:
        _hisops(site, "import", "zabbix", str(tmp_path / "x.xml"))

    assert problem.value.code is Exit.USAGE
    assert "DOCTYPE" in problem.value.cause


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["--from", "telepathy"], "telepathy"),
        (["--from", "snmp"], "community"),
        (["--from", "snmp", "--snmp", "public"], "secret in clear"),
        (["--zone", "ofice"], "no zone"),
        (["--sweep"], "--zone"),
    ],
)
def test_a_wrong_search_is_refused(site, words, cause):
    with pytest.raises(OpsError) as problem:
        _hisops(site, "scan", *words)

    assert cause in problem.value.cause
    assert "public" not in problem.value.cause
