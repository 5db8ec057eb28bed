"""Drives of all three kinds, one that sleeps, and answers that are none."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.tools.smartctl import Smartctl, name_of
from tests.monitor.tools.conftest import sample


@pytest.fixture
def smart(io, values):
    """Reads drives; `smart(sda=..., ...)` replaces what smartctl says about one."""

    def read(**said: str):
        drives = {
            "/dev/sda": sample("smartctl-ata.json"),
            "/dev/nvme0": sample("smartctl-nvme.json"),
            "/dev/bus/0": sample("smartctl-scsi.json"),
            "/dev/sdq": sample("smartctl-asleep.json"),
        } | {f"/dev/{name}": text for name, text in said.items()}
        kinds = {"/dev/nvme0": "nvme", "/dev/bus/0": "megaraid,5"}
        io.runs("smartctl", "--scan-open", "--json", out=sample("smartctl-scan.json"))
        for name, text in drives.items():
            words = ("-d", kinds.get(name, "sat"), name)
            io.runs("smartctl", "--json", "--all", "--nocheck=standby", *words, code=2, out=text)
        return values(Smartctl().collect(io, "smartctl"))

    return read


def test_an_ata_drive_that_fails_says_so(smart):
    found = smart()

    assert found["smartctl_device_smart_status", "sda"] == 0
    assert found["smartctl_device_smartctl_exit_status", "sda"] == 24
    assert found["smartctl_device_temperature", "sda", "current"] == 38
    assert found["smartctl_device_power_on_seconds", "sda"] == 31000 * 3600 + 1800
    assert found["smartctl_device_self_test_log_error_count", "sda", "standard"] == 2
    flags = ("PO--CK", "prefailure,updated_online,event_count,auto_keep", "5")
    name = ("smartctl_device_attribute", "sda", "Reallocated_Sector_Ct", *flags)
    assert (found[*name, "raw"], found[*name, "thresh"]) == (3712, 36)


def test_an_nvme_drive_tells_its_wear(smart):
    found = smart()

    assert found["smartctl_device_percentage_used", "nvme0"] == 97
    assert found["smartctl_device_critical_warning", "nvme0"] == 1
    assert found["smartctl_device_bytes_written", "nvme0"] == 2000 * 512_000
    assert ("smartctl_device_percentage_used", "sda") not in found


def test_a_drive_behind_a_controller_has_a_name_of_its_own(smart):
    found = smart()

    assert found["smartctl_scsi_grown_defect_list", "bus_0_megaraid_5"] == 7
    assert found["smartctl_read_total_uncorrected_errors", "bus_0_megaraid_5"] == 2
    assert found["hisops_smart_read_success", "bus_0_megaraid_5"] == 1


def test_a_drive_that_sleeps_is_left_alone_and_is_no_failure(smart):
    found = smart()

    assert found["hisops_smart_asleep_state", "sdq"] == 1
    assert ("hisops_smart_read_success", "sdq") not in found


@pytest.mark.parametrize(
    "said",
    [
        "",
        "smartctl: Permission denied",
        "[" * 100_000,
        '{"smartctl": {"exit_status": "x"}}',
        '{"smartctl": {"exit_status": 2, "messages": [{"string": "open failed: No such device"}]}}',
    ],
)
def test_a_drive_that_cannot_be_read_costs_itself(smart, said):
    found = smart(sda=said)

    assert found["hisops_smart_read_success", "sda"] == 0
    assert found["hisops_smart_read_success", "nvme0"] == 1
    assert ("smartctl_device_smart_status", "sda") not in found


def test_a_scan_that_says_nonsense_is_a_failure(io):
    io.runs("smartctl", "--scan-open", "--json", out="Usage: smartctl")

    with pytest.raises(OpsError, match="no JSON"):
        Smartctl().collect(io, "smartctl")


def test_names_are_those_of_smartctl_exporter():
    assert name_of("/dev/disk/x", "sat") == "disk_x"
    assert name_of("/dev/bus/0", "megaraid,12") == "bus_0_megaraid_12"
