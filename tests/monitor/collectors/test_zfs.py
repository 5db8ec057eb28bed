"""ZFS: numbers of the cache, and pools in their states."""

from hisops.monitor.collectors.zfs import Zfs, parse


def test_a_degraded_pool_has_a_1_for_its_state_only(recorded, values):
    found = values(Zfs().read(recorded("zfs")))

    states = {key[1]: n for key, n in found.items() if key[0] == _STATE and key[2] == "tank"}
    assert states.pop("degraded") == 1
    assert set(states.values()) == {0}
    assert found[_STATE, "online", "archive"] == 1


def test_the_numbers_are_named_after_their_file(recorded, values):
    found = values(Zfs().read(recorded("zfs")))

    assert found["node_zfs_arc_hits",] == 8772612
    assert found["node_zfs_zil_zil_commit_count",] == 10


def test_lines_that_are_no_numbers_are_left_out():
    text = "7 1\nname type data\nxuio-read_buf.x 4 5\nname 7 tank\nhalf 4\n"

    assert list(parse(text)) == [("xuio_read_buf_x", "5")]


_STATE = "node_zfs_zpool_state"
