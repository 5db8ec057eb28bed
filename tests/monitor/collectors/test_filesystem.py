"""Mounts that answer and mounts that do not."""

from hisops.core.machine import Volume
from hisops.monitor.collectors.filesystem import Filesystem, Mount, parse

# Linux 6.18, Debian 12, /proc/1/mounts
MOUNTS = r"""proc /proc proc rw,relatime 0 0
/dev/vda / ext4 rw,relatime,discard 0 0
/dev/vda / ext4 rw,relatime,discard 0 0
tmpfs /dev/shm tmpfs rw,relatime 0 0
/dev/sdb1 /mnt/PACS\040archive xfs ro,noatime 0 0
nas:/his /srv/his nfs4 rw,vers=4.2 0 0
overlay /var/lib/docker/overlay2/1/merged overlay rw 0 0
"""
VOLUME = Volume(1000, 400, 300, 50, 20)


def test_gives_size_and_space_of_mounts_that_hold_data(machine, values):
    machine.files["/proc/1/mounts"] = MOUNTS
    machine.sizes = {"/": VOLUME, "/mnt/PACS archive": VOLUME}

    found = values(Filesystem().read(machine))

    root = ("/dev/vda", "ext4", "/")
    archive = ("/dev/sdb1", "xfs", "/mnt/PACS archive")
    assert found["node_filesystem_size_bytes", *root] == 1000
    assert found["node_filesystem_free_bytes", *root] == 400
    assert found["node_filesystem_avail_bytes", *root] == 300
    assert found["node_filesystem_files_free", *root] == 20
    assert found["node_filesystem_readonly", *root] == 0
    assert found["node_filesystem_readonly", *archive] == 1
    assert {labels[-1] for _, *labels in found} == {"/", "/mnt/PACS archive", "/srv/his"}


def test_a_mount_that_does_not_answer_has_only_an_error(machine, values):
    machine.files["/proc/1/mounts"] = MOUNTS
    machine.sizes = {"/": VOLUME}

    found = values(Filesystem().read(machine))

    silent = {name: value for (name, *labels), value in found.items() if labels[-1] == "/srv/his"}
    assert silent == {"node_filesystem_device_error": 1}


def test_takes_its_own_table_when_that_of_process_1_is_closed(machine, values):
    machine.files["/proc/self/mounts"] = "/dev/vda / ext4 rw 0 0\n"

    assert values(Filesystem().read(machine))


def test_reads_escaped_characters_of_a_mount_point():
    assert parse(r"a /x\011y\134z ext4 rw 0 0") == [Mount("a", "/x\ty\\z", "ext4", False)]
