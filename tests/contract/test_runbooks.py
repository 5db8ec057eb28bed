"""Runbooks that ship: complete, short, bilingual, and about things that exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from hisops.cli.main import COMMANDS, tree
from hisops.core.site import shipped_root
from hisops.io.local import Local
from hisops.workflow import runbook
from hisops.workflow.plan_check import NEEDED

PATHS = sorted(Path(shipped_root(), "runbooks").glob("*.md"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def books():
    found, problems = runbook.read(Local(), shipped_root())
    assert problems == []
    return found


def test_every_file_is_a_runbook(books):
    assert {path.stem for path in PATHS if path.stem != "README"} == set(books)


def test_the_48_emergency_plans_are_there(books):
    ids = {book.front.id for book in books.values()}

    assert {f"plan-{number:02}" for number in range(1, 49)} <= ids


def test_every_fault_type_has_a_plan_for_all_systems(books):
    general = {book.front.fault_type for book in books.values() if not book.front.systems}

    assert set(NEEDED) <= general


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_runbook_fits_on_one_sheet(path):
    assert len(path.read_text().splitlines()) <= 60


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_sentence_before_a_step_is_in_both_languages(path):
    body = path.read_text().partition("\n---\n")[2]
    told = [line for line in body.splitlines() if re.match(r"\d+\. ", line)]

    assert told
    assert [
        line for line in told if not (CHINESE.search(line) and re.search(r"[A-Za-z]{2}", line))
    ] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_hisops_command_in_it_exists(path):
    wrong = [line for line in commands(path.read_text()) if not exists(shlex.split(line)[1:])]

    assert wrong == []


def test_a_command_that_does_not_exist_is_seen():
    assert not exists(["backup", "statux"])
    assert not exists(["backups"])
    assert exists(["backup", "list", "his"])


def commands(text: str) -> list[str]:
    lines = re.findall(r"^(hisops .+)$", text, re.MULTILINE)
    return [part.strip() for line in lines for part in line.split(";") if "hisops" in part]


def exists(words: list[str]) -> bool:
    """Whether the words lead to a command, with as many arguments as it takes."""
    if words[0] not in COMMANDS:
        return False
    found = typer.main.get_command(tree([words[0]]))
    while hasattr(found, "commands"):
        if not words or words[0] not in found.commands:
            return False
        found, words = found.commands[words[0]], words[1:]
    known = {name for each in found.params for name in each.opts}
    return all(word in known for word in words if word.startswith("--"))
