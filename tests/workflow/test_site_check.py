"""hisops check: every mistake is told with its file, its line and what to do."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from hisops.core.site import Told
from hisops.io.local import Local
from hisops.workflow import site_check

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
GOOD = SAMPLES / "site"
HOSTS = "inventory/hosts.yml"


class Wrong(NamedTuple):
    """A change to one file, a mark on the line that must be told, words of the cause."""

    file: str
    new: str
    cause: str
    old: str = ""
    mark: str = ""


WRONG = {
    name: Wrong(**mistake)
    for name, mistake in yaml.safe_load((SAMPLES / "mistakes.yml").read_text()).items()
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "site"))


def found(site: Path) -> list[Told]:
    return list(site_check.report(Local(), str(site)).problems)


def test_a_good_site_raises_no_false_alarm(site):
    assert found(site) == []


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_told_with_its_line_and_what_to_do(site, wrong):
    marked = spoil(site, wrong)

    told = [each for each in found(site) if wrong.cause in each.cause]

    assert told, f"not told: {[(each.place, each.cause) for each in found(site)]}"
    assert told[0].place in marked
    assert told[0].fix


def test_all_mistakes_of_all_files_are_told_at_once(site):
    names = ("unknown time zone", "unknown owner", "wrong network", "unknown severity")
    for name in names:
        spoil(site, WRONG[name])

    told = found(site)

    assert {each.file for each in told} >= {WRONG[name].file for name in names}


def test_a_mistake_of_many_hosts_is_told_once(site):
    spoil(site, WRONG["unknown zone"])

    assert [each.cause for each in found(site)] == [
        "web-01 (and 3 more like it): there is no zone 'insides'"
    ]


def spoil(site: Path, wrong: Wrong) -> set[str]:
    """Make the mistake; gives the places that may be told for its mark, one per file that has it."""
    path = site / wrong.file
    if wrong.old:
        text = path.read_text()
        assert wrong.old in text
        path.write_text(text.replace(wrong.old, wrong.new, 1))
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wrong.new)
    places = set()
    for file in (wrong.file, HOSTS):
        text = (site / file).read_text()
        if wrong.mark in text:
            line = text.count("\n", 0, text.index(wrong.mark)) + 1
            places.add(f"{file}:{line}")
    if not wrong.mark:
        places.add(f"{Path(wrong.file).parent}:1")
    return places
