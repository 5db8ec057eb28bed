"""Kernel and host name."""

from hisops.monitor.collectors.uname import Uname


def test_names_kernel_and_host(machine):
    machine.files["/proc/sys/kernel/domainname"] = "(none)\n"

    (sample,) = Uname().read(machine).samples()

    assert dict(sample.labels)["release"] == "6.1.0-18-amd64"
    assert dict(sample.labels)["domainname"] == "(none)"
    assert sample.value == 1
