"""The README cannot lie about commands: each one that it shows exists."""

import importlib
import re
from pathlib import Path

import pytest

from hisops.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = sorted(
    {
        (page.name, found)
        for page in PAGES
        for found in re.findall(r"^ {4}(?:\$ )?hisops ((?:[a-z]+ ?)+)", page.read_text(), re.M)
    }
)


def test_the_readme_has_a_tour_of_at_most_ten_steps():
    steps = re.findall(r"^\*\*(\d+)\. ", (ROOT / "README.md").read_text(), re.M)

    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert 0 < len(steps) <= 10


@pytest.mark.parametrize(("page", "words"), SHOWN)
def test_a_command_that_a_page_shows_exists(page, words):
    name, *rest = words.split()
    module = importlib.import_module(f"hisops.cli.{name}")

    assert name in COMMANDS
    if not hasattr(module, "command"):
        known = {c.name or c.callback.__name__ for c in module.app.registered_commands}
        assert rest, f"{page}: hisops {name} needs a second word"
        assert rest[0] in known
