"""Software RAID."""

import pytest

from hisops.monitor.collectors.mdadm import Array, Mdadm, parse
from tests.monitor.collectors.recording import FOLDER
from tests.monitor.collectors.recording import parse as recorded_files


@pytest.fixture(scope="module")
def arrays() -> dict[str, Array]:
    files = {path: text for path, text, _ in recorded_files((FOLDER / "mdadm.txt").read_text())}
    return {array.name: array for array in parse(files["/proc/mdstat"])}


def test_a_whole_array_is_active_and_in_step(arrays):
    assert arrays["md0"] == Array("md0", "active", 244140992, 244140992, 2, 2, 0, 0)


def test_counts_missing_failed_and_spare_members_per_array(arrays):
    array = arrays["md1"]

    assert (array.required, array.active, array.failed, array.spare) == (2, 1, 1, 1)


def test_a_rebuild_tells_how_far_it_is(arrays):
    assert (arrays["md1"].state, arrays["md1"].synced) == ("recovering", 60071224)


@pytest.mark.parametrize(
    ("name", "state"),
    [("md2", "check"), ("md4", "inactive"), ("md5", "resync"), ("md6", "active")],
)
def test_tells_what_an_array_does(arrays, name, state):
    assert arrays[name].state == state


def test_an_array_without_redundancy_needs_all_its_disks(arrays):
    assert (arrays["md3"].required, arrays["md3"].active) == (2, 2)


def test_the_last_array_needs_no_empty_line_after_it():
    # Form of Linux 6.1; made up
    text = "md0 : active raid5 sdc1[3] sdb1[1] sda1[0]\n      100 blocks [3/2] [UU_]\n"

    assert parse(text) == [Array("md0", "active", 100, 100, 3, 2, 0, 0)]


def test_shows_what_the_last_check_found(recorded, values):
    found = values(Mdadm().read(recorded("mdadm")))

    assert found["hisops_md_mismatch_bytes", "md2"] == 128 * 512
    assert found["node_md_state", "md1", "recovering"] == 1
    assert found["node_md_state", "md1", "active"] == 0


def test_a_driver_without_arrays_has_no_series(machine):
    machine.files["/proc/mdstat"] = "Personalities : \nunused devices: <none>\n"

    assert Mdadm().read(machine).samples() == []
