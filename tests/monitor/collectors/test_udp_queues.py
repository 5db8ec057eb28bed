"""Bytes that wait in UDP sockets."""

from hisops.monitor.collectors.udp_queues import UdpQueues


def test_adds_up_the_sockets_of_each_ip_version(recorded, values):
    assert values(UdpQueues().read(recorded("udp_queues"))) == {
        ("node_udp_queues", "tx", "v4"): 0x15,
        ("node_udp_queues", "rx", "v4"): 0x300,
        ("node_udp_queues", "tx", "v6"): 1,
        ("node_udp_queues", "rx", "v6"): 16,
    }


def test_a_machine_with_one_ip_version_has_its_queues_only(machine, values):
    machine.files["/proc/net/udp"] = "  sl  local_address\n"

    assert set(values(UdpQueues().read(machine)).values()) == {0}
    assert len(UdpQueues().read(machine).samples()) == 2
