"""Energy."""

from hisops.monitor.collectors.rapl import Rapl, split


def test_counts_joules_of_each_zone(recorded, values):
    found = values(Rapl().read(recorded("rapl")))

    folder = "/sys/class/powercap"
    assert found["node_rapl_package_joules_total", "0", f"{folder}/intel-rapl:0"] == 240422.366267
    assert found["node_rapl_core_joules_total", "1", f"{folder}/intel-rapl:1:0"] == 7
    assert len(found) == 4


def test_zones_without_a_number_are_numbered_by_kind():
    counts: dict[str, int] = {}

    names = [split(name, counts) for name in ("package-1", "core", "dram", "core")]

    assert names == [("package", 1), ("core", 0), ("dram", 0), ("core", 1)]


def test_a_counter_for_root_only_is_no_failure(machine):
    machine.files["/sys/class/powercap/intel-rapl:0/name"] = "package-0\n"

    assert Rapl().read(machine).samples() == []
