"""Starting stays cheap: judged by what is loaded, never by time."""

import json
import os
import pkgutil
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import hisops

HEAVY = {"ansible", "netmiko", "paramiko", "rich", "starlette", "supervisor", "textual", "uvicorn"}
SUBJECTS = ("alerting", "audit", "backup", "monitor")
MODULES = [module.name for module in pkgutil.walk_packages(hisops.__path__, "hisops.")]
RUN = """
import atexit, json, sys
from pathlib import Path
report = Path(sys.argv.pop(1))
atexit.register(lambda: report.write_text(json.dumps(list(sys.modules))))
from hisops.__main__ import main
main()
"""
# Each module in a process of its own, so that no import leans on an earlier one.
IMPORT = """
import importlib, os, sys, traceback
import msgspec, typer, yaml
failed = 0
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException:
            print(name, traceback.format_exc(limit=-2), sep="\\n", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    failed |= os.waitpid(child, 0)[1]
sys.exit(bool(failed))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that was never started."""
    folder = tmp_path_factory.mktemp("startup") / "site"
    subprocess.run([sys.executable, "-m", "hisops", "init", str(folder)], check=True)
    return folder


@pytest.fixture
def loaded(site, tmp_path):
    """What a command line has loaded when it ends, piped or on a terminal."""

    def ask(*words, stdout=subprocess.PIPE):
        report = tmp_path / "modules.json"
        subprocess.run(
            [sys.executable, "-c", RUN, report, *words],
            env=os.environ | {"HISOPS_SITE": str(site)},
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=60,
            check=True,
        )
        return set(json.loads(report.read_text()))

    return ask


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["status"], ["status", "--json"]])
def test_piped_commands_load_nothing_heavy(loaded, words):
    assert loaded(*words) & HEAVY == set()


def test_the_version_needs_no_command_line_and_no_core(loaded):
    names = loaded("--version")

    assert {name for name in names if name.startswith("hisops")} == {"hisops", "hisops.__main__"}
    assert names & {"typer", "msgspec", "yaml", "asyncio", "ssl"} == set()


def test_the_help_page_loads_no_feature(loaded):
    features = tuple(f"hisops.{subject}" for subject in SUBJECTS)

    assert [name for name in loaded("--help") if name.startswith(features)] == []


def test_a_terminal_gets_its_tables_from_rich(loaded):
    """The proof that the tests above would see what they forbid."""
    screen, stdout = pty.openpty()
    try:
        names = loaded("status", stdout=stdout)
    finally:
        os.close(screen)
        os.close(stdout)

    assert "rich" in names


def test_every_module_can_be_loaded_first():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT, *MODULES],
        cwd=Path(hisops.__path__[0]).parent,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert len(MODULES) > 100
