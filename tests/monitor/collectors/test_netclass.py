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


def test_a_link_that_goes_down_is_seen_at_once(machine, values):
    collector = Netclass()
    machine.files = dict(ETH0)
    collector.read(machine)

    machine.files |= attributes("eth0", operstate="down", carrier_changes="3", carrier="0")
    found = values(collector.read(machine))

    assert found["node_network_up", "eth0"] == 0
    assert found["node_network_carrier", "eth0"] == 0
    assert found["node_network_carrier_changes_total", "eth0"] == 3


def test_what_seldom_changes_is_read_again_once_a_minute(machine, values):
    collector = Netclass()
    machine.files = dict(ETH0)
    collector.read(machine)
    machine.files |= attributes("eth0", mtu="9000")

    early = values(collector.read(machine))
    machine.clock += 60
    late = values(collector.read(machine))

    assert early["node_network_mtu_bytes", "eth0"] == 1400
    assert late["node_network_mtu_bytes", "eth0"] == 9000


def test_another_interface_of_the_same_name_is_seen_at_once(machine, values):
    collector = Netclass()
    machine.files = dict(ETH0)
    collector.read(machine)
    machine.files |= attributes("eth0", ifindex="9", mtu="1500")

    found = values(collector.read(machine))

    assert found["node_network_mtu_bytes", "eth0"] == 1500
