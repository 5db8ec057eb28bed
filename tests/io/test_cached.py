"""The machine through kept descriptors."""

import os

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.cached import Cached


@pytest.fixture
def machine(tmp_path):
    for name in ("proc/net", "sys/class", "etc"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "proc/net/dev").write_text("eth0: 1\n")
    (tmp_path / "sys/class/mtu").write_text("1500\n")
    (tmp_path / "etc/os-release").write_text("ID=debian\n")
    cached = Cached(proc=f"{tmp_path}/proc", sys=f"{tmp_path}/sys", root=str(tmp_path), limit=2)
    yield cached
    cached.close()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count is all


def test_looks_under_its_own_roots(machine):
    assert machine.read("/proc/net/dev") == "eth0: 1\n"
    assert machine.attribute("/sys/class/mtu") == "1500"
    assert machine.read("/etc/os-release") == "ID=debian\n"
    assert machine.names("/sys/class") == ["mtu"]
    assert machine.names("/proc") == ["net"]
    assert machine.names("/sys") == ["class"]
    assert machine.volumes(["/"])["/"].size_bytes > 0


def test_sees_new_content_through_an_open_descriptor(machine, tmp_path):
    machine.read("/proc/net/dev")
    (tmp_path / "proc/net/dev").write_text("eth0: 2\n")

    assert machine.read("/proc/net/dev") == "eth0: 2\n"


def test_sees_a_file_that_was_replaced(machine, tmp_path):
    machine.read("/etc/os-release")
    (tmp_path / "new").write_text("ID=other\n")
    (tmp_path / "new").rename(tmp_path / "etc/os-release")

    assert machine.read("/etc/os-release") == "ID=other\n"


def test_keeps_no_more_descriptors_than_allowed(machine, tmp_path):
    before = descriptors()
    for number in range(10):
        (tmp_path / f"sys/class/{number}").write_text("1\n")
        machine.attribute(f"/sys/class/{number}")

    assert descriptors() - before == 2


def test_reads_a_table_to_its_end():
    machine = Cached()

    whole = machine.read("/proc/kallsyms")

    assert len(whole) > 1 << 17
    assert whole.endswith("\n")
    machine.close()


def test_a_missing_file_is_told_apart_from_an_unreadable_one(machine, tmp_path):
    with pytest.raises(OpsError) as missing:
        machine.read("/proc/nothing")
    with pytest.raises(OpsError) as unreadable:
        machine.read("/proc/net")

    assert missing.value.code == Exit.MISSING
    assert unreadable.value.code == Exit.FAILED
    assert machine.attribute("/sys/class/nothing") is None
    assert machine.names("/nowhere") == []


def test_follows_links_inside_its_own_root(machine, tmp_path):
    (tmp_path / "sys/devices/platform/coretemp.0").mkdir(parents=True)
    (tmp_path / "sys/class/device").symlink_to("../devices/platform/coretemp.0")

    assert machine.place("/sys/class/device") == "/sys/devices/platform/coretemp.0"
    assert machine.place("/sys/class/none") == "/sys/class/none"
