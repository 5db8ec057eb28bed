"""State of the interfaces."""

from hisops.monitor.collectors.netclass import Netclass


def attributes(device: str, **values: str) -> dict[str, str]:
    return {f"/sys/class/net/{device}/{name}": f"{text}\n" for name, text in values.items()}


# Linux 6.18, Debian 12, /sys/class/net/eth0
ETH0 = attributes(
    "eth0",
    address="02:fc:00:00:00:01",
    broadcast="ff:ff:ff:ff:ff:ff",
    carrier="1",
    carrier_changes="2",
    dev_id="0x0",
    duplex="full",
    flags="0x1003",
    ifalias="uplink A",
    ifindex="4",
    mtu="1400",
    operstate="up",
    speed="10000",
)


def test_tells_state_speed_and_address(machine, values):
    machine.files = ETH0

    found = values(Netclass().read(machine))

    assert found["node_network_up", "eth0"] == 1
    assert found["node_network_flags", "eth0"] == 0x1003
    assert found["node_network_speed_bytes", "eth0"] == 10_000_000_000 // 8
    assert found["node_network_carrier_changes_total", "eth0"] == 2
    info = ("eth0", "02:fc:00:00:00:01", "ff:ff:ff:ff:ff:ff", "full", "uplink A", "up")
    assert found["node_network_info", *info] == 1


def test_an_interface_that_is_down_has_no_carrier_and_no_speed(machine, values):
    machine.files = attributes("eth1", ifindex="5", operstate="down", mtu="1500")

    found = values(Netclass().read(machine))

    assert found["node_network_up", "eth1"] == 0
    assert ("node_network_carrier", "eth1") not in found
    assert ("node_network_speed_bytes", "eth1") not in found


def test_a_file_beside_the_interfaces_is_none(machine):
    machine.files = {"/sys/class/net/bonding_masters": "bond0\n"}

    assert Netclass().read(machine).samples() == []
