"""Interrupts."""

from hisops.monitor.collectors.interrupts import Interrupts


def test_counts_by_processor_kind_and_device(recorded, values):
    found = values(Interrupts().read(recorded("interrupts")))

    device = ("1-edge virtio1-req.0", "PCI-MSIX-0000:00:02.0", "36")
    assert found["node_interrupts_total", "1", *device] == 1757602
    assert found["node_interrupts_total", "0", "", "Local timer interrupts", "LOC"] == 1416824
    assert len(found) == 8
