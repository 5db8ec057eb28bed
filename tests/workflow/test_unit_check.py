"""A site's own unit that does not load is one line, with its file."""

import shutil
from pathlib import Path

import pytest

from hisops.io.local import Local
from hisops.workflow import site_check

GOOD = Path(__file__).resolve().parents[1] / "samples/site"
BEDS = """
from hisops.monitor.collector import Collector

class Beds(Collector):
    def collect(self, io):
        return []
"""


@pytest.fixture
def site(tmp_path):
    return Path(shutil.copytree(GOOD, tmp_path / "site"))


def told(site, kind, text):
    """What `hisops check` says of a site with this unit."""
    folder = site / "units" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "beds.py").write_text(text)
    return site_check.report(Local(), str(site)).problems


def test_a_collector_that_loads_is_no_mistake(site):
    assert told(site, "collectors", BEDS) == ()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("class Beds(", "SyntaxError"),
        ("import there_is_none", "there_is_none"),
        ("class Bed: pass", "holds no class Beds"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise ValueError('two\\nlines')", "two lines"),
        (BEDS + "    def __init__(self, ward):\n        pass", "ward"),
    ],
)
def test_a_collector_that_does_not_load_is_one_line_with_its_file(site, text, cause):
    (found,) = told(site, "collectors", text)

    assert found.place == "units/collectors/beds.py:1"
    assert cause in found.cause
    assert "\n" not in found.cause
    assert found.fix


@pytest.mark.parametrize("kind", ["notifiers", "checks"])
def test_other_kinds_are_looked_at_as_well(site, kind):
    (found,) = told(site, kind, "class Beds(")

    assert found.file == f"units/{kind}/beds.py"
