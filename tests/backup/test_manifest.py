"""The manifest of a file tree, with the real find and sha256sum."""

import os
from pathlib import Path

import pytest

from hisops.backup import manifest
from hisops.io.local import Local


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a\nb").write_text("one")
    (folder / os.fsdecode(b"\xff")).write_text("two")
    (folder / "[skip]").mkdir()
    (folder / "[skip]" / "c").write_text("three")
    return folder


def test_names_of_any_bytes_are_listed(tree):
    listed = manifest.survey(Local(), [str(tree)], [f"{tree}/[skip]"])

    assert sorted(os.path.basename(path) for path in manifest.parse(listed)) == [b"a\nb", b"\xff"]  # noqa: PTH119 - bytes


def test_a_checksum_is_kept_until_its_file_changes(tree, tmp_path):
    io, staging = Local(), str(tmp_path / "staging")
    first = manifest.update(io, staging, manifest.survey(io, [str(tree)], []))
    os.utime(tree / "a\nb", (1, 1))
    (tree / "a\nb").write_text("other")

    second = manifest.update(io, staging, manifest.survey(io, [str(tree)], []))

    changed = {path for path in first.sums if first.sums[path] != second.sums[path]}
    assert changed == {os.fsencode(tree / "a\nb")}
    assert manifest.read(io, staging) == second


def test_nothing_is_written_when_nothing_changed(tree, tmp_path):
    io, staging = Local(), str(tmp_path / "staging")
    manifest.update(io, staging, manifest.survey(io, [str(tree)], []))
    before = Path(staging, manifest.LIST).stat().st_ino

    manifest.update(io, staging, manifest.survey(io, [str(tree)], []))

    assert Path(staging, manifest.LIST).stat().st_ino == before
