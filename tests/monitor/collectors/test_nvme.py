"""NVMe drives."""

from hisops.monitor.collectors.nvme import Nvme


def test_one_series_for_each_drive_without_padding(recorded, values):
    texts = ("1B2QEXP7", "Samsung SSD 970 PRO 512GB", "S680HF8N190894I")

    found = values(Nvme().read(recorded("nvme")))

    assert found == {("node_nvme_info", "nvme0", *texts, "live"): 1}


def test_a_drive_that_dies_changes_its_state_at_once(machine, values):
    collector = Nvme()
    for state in ("live", "dead"):
        machine.files["/sys/class/nvme/nvme0/state"] = f"{state}\n"

        ((_, _, _, _, _, found),) = values(collector.read(machine))

        assert found == state
