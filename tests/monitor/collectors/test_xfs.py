"""XFS file systems."""

from hisops.monitor.collectors.xfs import Xfs, parse


def test_counts_the_work_of_each_file_system(recorded, values):
    found = values(Xfs().read(recorded("xfs")))

    assert found["node_xfs_extent_allocation_extents_allocated_total", "sda1"] == 1
    assert found["node_xfs_write_calls_total", "sda1"] == 51
    assert found["node_xfs_read_calls_total", "sda1"] == 52
    assert found["node_xfs_vnode_remove_total", "sda1"] == 66


def test_the_sums_over_all_file_systems_are_none_of_them(machine):
    machine.files = {"/sys/fs/xfs/stats/stats": "rw 1 2\n"}

    assert Xfs().read(machine).samples() == []


def test_a_line_that_the_kernel_does_not_have_is_left_out(values):
    assert values(parse({"sda1": "rw 1 2\nqm 0 0\n"})) == {
        ("node_xfs_write_calls_total", "sda1"): 1,
        ("node_xfs_read_calls_total", "sda1"): 2,
    }
