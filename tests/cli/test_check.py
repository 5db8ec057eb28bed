"""hisops check and hisops init as people run them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hisops.core.errors import Exit

GOOD = Path(__file__).resolve().parents[1] / "samples" / "site"


@pytest.fixture
def site(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "site"))


def hisops(*words: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "hisops", *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


def test_a_good_site_gives_one_line_and_exit_0(site):
    done = hisops("--site", site, "check")

    assert done.returncode == Exit.DONE
    assert done.stdout.startswith("no mistakes in 8 hosts, 6 groups, 3 systems")
    assert len(done.stdout.splitlines()) == 1


def test_every_mistake_gives_its_place_and_what_to_do_and_exit_2(site):
    (site / "inventory/host_vars/db-9.yml").write_text("a: 1\n")
    (site / "site.yml").write_text("name: x\nlanguage: de\n")

    done = hisops("--site", site, "check")

    assert done.returncode == Exit.USAGE
    assert done.stdout.splitlines() == [
        "inventory/host_vars/db-9.yml:1: there is no host 'db-9', so nothing reads this file",
        "  what to do: did you mean 'db-2'?",
        "site.yml:2: language: invalid enum value 'de'",
        "  what to do: known: zh, en",
    ]


def test_json_holds_the_same(site):
    (site / "site.yml").write_text("name: x\nlanguage: de\n")

    found = json.loads(hisops("--json", "--site", site, "check").stdout)

    assert found["hosts"] == 8
    assert [(each["file"], each["line"]) for each in found["problems"]] == [("site.yml", 2)]


def test_init_makes_a_site_that_check_likes(tmp_path):
    made = hisops("--json", "init", tmp_path / "new", "--port-base", "24000")
    checked = hisops("--site", tmp_path / "new", "check")

    assert json.loads(made.stdout)["made"]
    assert checked.returncode == Exit.DONE


def test_init_refuses_a_folder_that_is_not_empty(tmp_path):
    (tmp_path / "letter.txt").write_text("")

    done = hisops("init", tmp_path)

    assert done.returncode == Exit.REFUSED
    assert "what to do: name a new or an empty folder" in done.stderr
