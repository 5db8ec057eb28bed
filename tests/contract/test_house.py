"""The house stays in order: sizes, names, links, change fragments."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
]
CODE = [path for path in TRACKED if path.suffix == ".py" and path.is_file()]
PAGES = [path for path in TRACKED if path.suffix == ".md" and path.is_file()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_file_has_at_most_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_file_says_what_it_is_about(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#!")]

    assert lines[0].startswith('"""')


def test_no_file_has_a_name_that_says_nothing():
    empty = {"utils", "helpers", "common", "manager", "base", "misc"}

    assert [name_of(path) for path in CODE if path.stem in empty] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", path.read_text())

    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_decision_notes_are_numbered_once_and_short():
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [note.name[:4] for note in notes]

    assert len(set(numbers)) == len(numbers)
    assert [note.name for note in notes if len(note.read_text().splitlines()) > 40] == []


def test_change_fragments_have_a_kind():
    kinds = {"feature", "bugfix", "doc", "removal", "misc"}
    names = [path.name for path in (ROOT / "changes").glob("*.md")]

    assert [name for name in names if name.split(".")[-2] not in kinds] == []
