"""What NFS mounts do."""

from hisops.monitor.collectors.mountstats import Mountstats

_N = "node_mountstats_nfs_"
_MOUNT = ("nas1:/pacs", "tcp", "10.20.0.31")


def test_bytes_events_operations_and_the_connection_are_read(recorded, values):
    found = values(Mountstats().read(recorded("mountstats")))

    assert found[f"{_N}total_read_bytes_total", *_MOUNT] == 35
    assert found[f"{_N}event_jukebox_delay_total", *_MOUNT] == 25
    assert found[f"{_N}transport_connect_total", *_MOUNT] == 43
    assert found[f"{_N}operations_major_timeouts_total", *_MOUNT, "READ"] == 63
    assert found[f"{_N}operations_response_time_seconds_total", *_MOUNT, "READ"] == 6.7


def test_a_second_mount_of_the_same_export_is_left_out(recorded, values):
    found = values(Mountstats().read(recorded("mountstats")))

    assert found[f"{_N}age_seconds_total", *_MOUNT] == 13968


def test_a_line_that_is_cut_short_costs_its_own_series(machine, values):
    machine.files["/proc/self/mountstats"] = (
        "device nas:/a mounted on /a with fstype nfs statvers=1.1\n"
        "\tage:\t5\n\tbytes:\t1 2\n\txprt:\tudp 1 2 3\n\tper-op statistics\n\t READ: 1 2\n"
    )

    found = values(Mountstats().read(machine))

    assert found == {
        (f"{_N}age_seconds_total", "nas:/a", "udp", ""): 5,
        (f"{_N}read_bytes_total", "nas:/a", "udp", ""): 1,
        (f"{_N}write_bytes_total", "nas:/a", "udp", ""): 2,
    }


def test_a_machine_without_nfs_has_no_series(machine):
    machine.files["/proc/self/mountstats"] = "device rootfs mounted on / with fstype rootfs\n"

    assert Mountstats().read(machine).samples() == []
