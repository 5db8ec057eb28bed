"""hisops probe import, as a person types it."""

import json
from pathlib import Path

import pytest
import yaml

from hisops.cli.main import run
from hisops.core.errors import Exit, OpsError

CONF = """
modules:
  ping: {prober: icmp}
  rpc: {prober: grpc, grpc: {tls: true}}
"""


def test_the_command_prints_modules_and_tells_notes(tmp_path, capsys):
    (tmp_path / "blackbox.yml").write_text(CONF)

    code = run(["probe", "import", str(tmp_path / "blackbox.yml")])

    out, err = capsys.readouterr()
    assert code == Exit.PARTIAL
    assert yaml.safe_load(out)["modules"] == {"ping": {"probe": "icmp"}}
    assert "rpc: prober 'grpc' is not known" in err


def test_the_command_gives_json(tmp_path, capsys):
    (tmp_path / "blackbox.yml").write_text("modules: {ping: {prober: icmp}}")

    code = run(["--json", "probe", "import", str(tmp_path / "blackbox.yml")])

    assert code == 0
    assert json.loads(capsys.readouterr().out)["modules"] == {"ping": {"probe": "icmp"}}


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "other.yml").write_text("groups: []")

    with pytest.raises(OpsError, match="there are no modules") as problem:
        run(["probe", "import", str(tmp_path / "other.yml")])

    assert problem.value.code is Exit.USAGE


def test_the_file_that_debian_ships_is_taken_over(capsys):
    file = Path("/usr/share/doc/prometheus-blackbox-exporter/examples/blackbox.yml")
    file = file if file.exists() else Path("/etc/prometheus/blackbox.yml")
    if not file.exists():
        pytest.skip("prometheus-blackbox-exporter is not installed")

    assert run(["probe", "import", str(file)]) == Exit.PARTIAL

    out, err = capsys.readouterr()
    assert "http_2xx" in yaml.safe_load(out)["modules"]
    assert "grpc" in err
    assert "'^+OK' is no regular expression" in err  # Go takes it, and it matches no POP3 server


def test_the_modules_go_into_the_site_once(tmp_path, capsys):
    (tmp_path / "site.yml").write_text("name: Test\n")
    (tmp_path / "blackbox.yml").write_text("modules: {ping: {prober: icmp}}")
    words = ["--site", str(tmp_path), "probe", "import", str(tmp_path / "blackbox.yml"), "--write"]

    assert run(words) == Exit.DONE
    with pytest.raises(OpsError, match="is there already"):
        run(words)

    text = (tmp_path / "probes" / "blackbox.yml").read_text()
    assert yaml.safe_load(text)["modules"] == {"ping": {"probe": "icmp"}}
