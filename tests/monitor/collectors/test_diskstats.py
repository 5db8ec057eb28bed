"""Disk counters and what udev knows."""

import pytest

from hisops.monitor.collectors.diskstats import Diskstats, is_partition, parse

# Linux 6.18, Debian 12, /proc/diskstats
DISKS = """\
   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 254       0 vda 45424 11917 3956490 19127 12872 16570 1747576 3138 2 4944 22606 5430 39 184512 280 1942 60
 254       1 vda1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
"""
# Linux 3.10: neither discards nor flushes
OLD = "   8       0 sda 10 0 80 5 20 0 160 7 0 12 12\n"


def test_counts_operations_bytes_and_seconds_of_whole_disks(values):
    found = values(parse(DISKS, {}))

    assert found["node_disk_reads_completed_total", "vda"] == 45424
    assert found["node_disk_read_bytes_total", "vda"] == 3956490 * 512
    assert found["node_disk_read_time_seconds_total", "vda"] == 19.127
    assert found["node_disk_io_now", "vda"] == 2
    assert found["node_disk_discarded_sectors_total", "vda"] == 184512
    assert found["node_disk_flush_requests_time_seconds_total", "vda"] == 0.06
    assert {labels[0] for _, *labels in found} == {"vda"}


def test_an_old_kernel_has_fewer_families(values):
    found = values(parse(OLD, {}))

    assert found["node_disk_io_time_weighted_seconds_total", "sda"] == 0.012
    assert not any(name.startswith("node_disk_discard") for name, *_ in found)


def test_tells_what_udev_knows_about_a_disk(machine):
    machine.files["/proc/diskstats"] = DISKS
    # udev 252, /run/udev/data/b254:0
    machine.files["/run/udev/data/b254:0"] = (
        "S:disk/by-id/x\nE:ID_MODEL=PM9A3\nE:ID_SERIAL_SHORT=S1\n"
    )

    labels = [
        dict(sample.labels)
        for sample in Diskstats().read(machine).samples()
        if sample.family.name == "node_disk_info"
    ]

    assert labels == [
        {
            "device": "vda",
            "major": "254",
            "minor": "0",
            "model": "PM9A3",
            "path": "",
            "revision": "",
            "serial": "S1",
            "wwn": "",
        }
    ]


def test_a_disk_that_is_plugged_in_appears(machine, values):
    unit = Diskstats()
    machine.files["/proc/diskstats"] = DISKS
    unit.read(machine)
    machine.files["/proc/diskstats"] = DISKS + OLD

    assert ("node_disk_io_now", "sda") in values(unit.read(machine))


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("sda", False),
        ("sda1", True),
        ("vdb2", True),
        ("xvda1", True),
        ("nvme0n1", False),
        ("nvme0n1p2", True),
        ("loop7", True),
        ("dm-0", False),
        ("md127", False),
        ("zram0", False),
        ("ram0", True),
    ],
)
def test_knows_a_partition_by_its_name(device, expected):
    assert is_partition(device) is expected
