"""The running kernel beside the installed ones."""

import pytest

from hisops.audit.checks.reboot import Reboot
from hisops.audit.facts import Reboot as Asked
from hisops.audit.finding import Status
from tests.audit.sample import facts, packages, system

META = "linux-image-amd64 6.1.140-1"
RUNNING = "linux-image-6.1.0-37-amd64 6.1.140-1"
NEWER = "linux-image-6.1.0-100-amd64 6.1.201-1"
QUIET = Asked(required=False, packages="")
SAMPLES = {
    "pass": facts(system(), packages(META, RUNNING), QUIET),
    "fail": facts(system(), packages(META, RUNNING, NEWER), QUIET),
    "unknown": facts(system(release="6.1.0-37-rt-amd64"), packages(META, RUNNING), QUIET),
}


def statuses(*rows: str, asked: Asked = QUIET, **fields: object) -> list[Status]:
    known = facts(system(**fields), packages(*rows), asked)
    return [finding.status for finding in Reboot().check(known)]


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ((RUNNING, NEWER), Status.FAIL),  # 100 after 37: order of versions, not of letters
        ((RUNNING, "linux-image-6.1.0-9-amd64 6.1.27-1"), Status.PASS),
        ((RUNNING, "linux-image-6.1.0-40-cloud-amd64 6.1.153-1"), Status.PASS),
        ((RUNNING, "linux-image-6.1.0-37-amd64-dbg 6.1.140-1"), Status.PASS),
        (("linux-image-6.1.0-37-amd64 6.1.147-1",), Status.FAIL),
    ],
    ids=["newer", "older", "other flavour", "debug symbols", "same name, newer build"],
)
def test_only_a_newer_kernel_of_the_same_flavour_counts(rows, status):
    assert statuses(*rows) == [status]


def test_a_container_has_no_kernel_of_its_own():
    assert statuses(RUNNING, NEWER, container="/run/systemd/container") == [Status.NOT_APPLICABLE]


def test_a_host_that_got_its_kernel_from_outside_proves_it():
    assert statuses("bash 5.2") == [Status.NOT_APPLICABLE]


def test_a_package_may_ask_for_a_reboot_itself():
    asked = Asked(required=True, packages="libc6\nlibc6\ndbus\n")

    assert statuses(RUNNING, asked=asked) == [Status.FAIL, Status.PASS]


def test_nobody_knows_gives_no_figure():
    assert Reboot().figures(SAMPLES["unknown"]) == {}
    assert Reboot().figures(SAMPLES["fail"]) == {"required": 1}
