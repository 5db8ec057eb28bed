"""Checkmk's two forms; the samples are constructed from its sources."""

from pathlib import Path

import pytest

from hisops.net.imports import checkmk

_SAMPLES = Path(__file__).parents[2] / "samples/import"


def _read(name):
    return {entry.name: entry for entry in checkmk.read((_SAMPLES / name).read_bytes(), name)}


def test_hosts_mk_gives_names_addresses_tags_and_labels():
    found = _read("hosts.mk")

    assert found["db-lis-3"].address == "10.30.0.93"
    assert found["db-lis-3"].vars == {
        "checkmk_agent": "cmk-agent",
        "checkmk_labels": "ward=lab",
        "checkmk_alias": "检验库 3",
    }
    assert found["prn-12"].address == "10.100.3.12"


def test_the_rest_form_gives_the_folder_as_group():
    found = _read("checkmk.json")

    assert found["db-lis-3"].groups == ("lab",)
    assert found["prn-12"].groups == ()


def test_nothing_of_hosts_mk_is_run(tmp_path):
    trap = tmp_path / "trap"
    text = f"import os\nall_hosts += ['a']\nopen({str(trap)!r}, 'w')\nall_hosts += [os.name]\n"

    found = checkmk.read(text.encode(), "hosts.mk")

    assert [entry.name for entry in found] == ["a"]
    assert not trap.exists()


@pytest.mark.parametrize(
    "data", [b"", b"x = 1", b"all_hosts += ", b"{}", b"{", b"(" * 5000, b"\xff", b"\x00"]
)
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        checkmk.read(data, "file")
