"""Units found by their files."""

import pytest

from hisops.core import units
from hisops.core.errors import OpsError


def test_finds_shipped_units_by_their_files():
    found = units.find("hisops.monitor.collectors")

    assert found["os_release"].__name__ == "OsRelease"


def test_a_unit_of_the_site_replaces_the_shipped_one_of_its_name(tmp_path):
    (tmp_path / "stat.py").write_text("class Stat:\n    mine = True\n")
    (tmp_path / "_draft.py").write_text("raise SystemExit\n")

    found = units.find("hisops.monitor.collectors", str(tmp_path))

    assert found["stat"].mine
    assert "_draft" not in found


def test_a_file_without_the_class_of_its_name_is_refused(tmp_path):
    (tmp_path / "bed_count.py").write_text("class Beds: ...\n")

    with pytest.raises(OpsError, match="BedCount"):
        units.find("hisops.monitor.collectors", str(tmp_path))


def test_an_unknown_name_is_refused():
    with pytest.raises(OpsError, match="no unit 'nothing'"):
        units.load("hisops.monitor.collectors", "nothing")
