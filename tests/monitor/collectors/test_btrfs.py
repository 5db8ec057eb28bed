"""Btrfs file systems."""

import pytest

from hisops.monitor.collectors.btrfs import Btrfs, ratio

UUID = "0abb23a9-579b-43e6-ad30-227ef47fcb9d"


@pytest.fixture
def found(recorded, values):
    return values(Btrfs().read(recorded("btrfs")))


def test_tells_space_by_content_and_level(found):
    assert found["node_btrfs_used_bytes", "data", "raid0", UUID] == 808189952
    assert found["node_btrfs_size_bytes", "metadata", "raid1", UUID] == 1073741824
    assert found["node_btrfs_reserved_bytes", "system", UUID] == 0
    assert found["node_btrfs_device_size_bytes", "sdb1", UUID] == 20971520 * 512
    assert found["node_btrfs_info", "fixture", UUID] == 1


def test_counts_errors_of_each_disk(found):
    assert found["hisops_btrfs_errors_total", "1", "corruption", UUID] == 2
    assert found["hisops_btrfs_errors_total", "1", "write", UUID] == 0


@pytest.mark.parametrize(
    ("level", "disks", "expected"),
    [("single", 1, 1), ("raid1c3", 3, 3), ("raid5", 4, 4 / 3), ("raid6", 4, 2), ("raid6", 2, 1)],
)
def test_redundancy_takes_its_space(level, disks, expected):
    assert ratio(level, disks) == expected
