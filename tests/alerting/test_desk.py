"""The desk follows its files, and keeps the last good one."""

import shutil
from pathlib import Path

import pytest

from hisops.alerting import desk
from hisops.alerting.desk import Follower
from hisops.core import site as sites
from hisops.io.local import Local

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(ROOT / "local", tmp_path / "site")
    return tmp_path / "site"


@pytest.mark.parametrize("name", [".", "local"])
def test_the_shipped_rotas_are_clean(name):
    site, _ = sites.load(Local(), str(ROOT / name))

    found, problems = desk.read(Local(), site)

    assert problems == []
    assert found.rota.teams


def test_an_untouched_site_is_not_read_again(folder):
    assert Follower(Local(), str(folder)).follow() is None


def test_a_change_is_taken_over(folder):
    follower = Follower(Local(), str(folder))
    path = folder / "alerts/oncall.yml"
    path.write_text(path.read_text().replace("5 min", "7 min"))

    found = follower.follow()

    assert found is not None
    assert found[0] is not None
    assert found[0].rota.pages["critical"].repeat.seconds == 420


def test_a_wrong_change_is_told_with_its_place(folder):
    follower = Follower(Local(), str(folder))
    path = folder / "alerts/oncall.yml"
    path.write_text(path.read_text().replace("[oncall]", "[nobody]"))

    found = follower.follow()

    assert found is not None
    assert found[0] is None
    assert found[1].startswith("alerts/oncall.yml:")
