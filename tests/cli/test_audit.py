"""hisops audit, as a person types it."""

import json
import subprocess

import pytest

from hisops.cli.main import run
from hisops.core.errors import Exit, OpsError

_HOSTS = "all: {hosts: {this-machine: {ansible_host: 127.0.0.1, ansible_connection: local}}}\n"
_SYSTEMS = "his: {name: {zh: 库, en: DB}, class: C1, owner: dba, hosts: [this-machine]}\n"
_TEAMS = """\
people: {li: {name: Li, email: li@hospital.example}}
teams: {dba: {name: {zh: 组, en: DBA}, lead: li, members: [li]}}
"""
_CHECK = '''"""A check of this site."""
from hisops.audit.checks.accounts import Accounts
from hisops.audit.finding import Reason, Severity, failed, passed, unknown

class Door(Accounts, frozen=True, kw_only=True):
    """Says what the test wants."""

    def check(self, facts):
        return [ANSWER]
'''
FAILED = "failed('the door is open', severity=Severity.{})"


@pytest.fixture
def site(tmp_path):
    """A folder whose only host is this machine."""
    files = {
        "site.yml": "name: Test\n",
        "ansible.cfg": "[defaults]\ninventory = inventory\n",
        "inventory/hosts.yml": _HOSTS,
        "inventory/systems.yml": _SYSTEMS,
        "inventory/teams.yml": _TEAMS,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def add_check(site, answer: str) -> None:
    path = site / "units/checks/door.py"
    path.parent.mkdir(parents=True)
    path.write_text(_CHECK.replace("ANSWER", answer))


@pytest.mark.parametrize(
    ("answer", "limit", "code"),
    [
        ("passed('the door is shut')", "low", Exit.DONE),
        (FAILED.format("MEDIUM"), "medium", Exit.FINDINGS),
        (FAILED.format("MEDIUM"), "high", Exit.DONE),
        (FAILED.format("CRITICAL"), "high", Exit.FINDINGS),
        ("unknown(Reason.DENIED, 'nobody knows')", "low", Exit.PARTIAL),
        (f"*[{FAILED.format('HIGH')}, unknown(Reason.DENIED, 'x')]", "low", Exit.FINDINGS),
    ],
)
def test_the_exit_code_tells_compliant_incomplete_and_findings_apart(site, answer, limit, code):
    add_check(site, answer)

    assert run(["--site", str(site), "audit", "run", "door", "--limit", limit]) == code


def test_patch_in_json_agrees_with_apt_package_for_package(site, capsys):
    argv = ["apt-get", "-s", "-o", "Debug::NoLocking=1", "dist-upgrade"]
    lines = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()
    steps = {line.split()[1] for line in lines if line.startswith(("Inst ", "Remv "))}

    code = run(["--site", str(site), "--json", "audit", "patch"])

    told = json.loads(capsys.readouterr().out)
    by_apt = {"upgrade", "new", "remove", "downgrade", "replace"}
    assert {row["package"] for row in told["updates"] if row["state"] in by_apt} == steps
    assert told["host"] == "this-machine"
    assert code in (Exit.DONE, Exit.PARTIAL, Exit.FINDINGS)


def test_av_says_what_is_there(site, capsys):
    run(["--site", str(site), "--json", "audit", "av"])

    told = json.loads(capsys.readouterr().out)
    assert told["product"] in ("ClamAV", None)
    assert told["findings"]


def test_patch_and_av_write_nothing(site):
    run(["--site", str(site), "audit", "av"])

    assert not (site / "var" / "audit").exists()
    assert not (site / "var" / "metrics").exists()


def test_show_gives_the_last_results_with_their_age(site, capsys):
    add_check(site, FAILED.format("HIGH"))
    run(["--site", str(site), "audit", "run", "door"])
    capsys.readouterr()

    run(["--site", str(site), "--json", "audit", "show"])
    (row,) = json.loads(capsys.readouterr().out)
    run(["--site", str(site), "--json", "audit", "show", "door"])
    (detail,) = json.loads(capsys.readouterr().out)

    assert (row["check"], row["verdict"], row["failed"]) == ("door", "fail", 1)
    assert row["age"].endswith(" ago")
    assert (detail["finding"], detail["severity"]) == ("the door is open", "high")


def test_show_of_a_check_that_nobody_ran_is_told(site):
    with pytest.raises(OpsError, match="there is no result of 'patch'") as told:
        run(["--site", str(site), "audit", "show", "patch"])

    assert told.value.code is Exit.MISSING
    assert told.value.fix == "hisops audit run patch"
