"""Traffic of the interfaces."""

from hisops.monitor.collectors.netdev import Netdev

# Linux 6.18, Debian 12, /proc/net/dev
NET_DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 2059571    1204    0    0    0     0          0         0  2059571    1204    0    0    0     0       0          0
  eth0:171987694    7700    1    2    3     4          5         6   550416    4924    7    8    9    10      11         12
  br:1: 1 2 3 4
"""


def test_counts_traffic_of_every_interface_but_the_loopback(machine, values):
    machine.files["/proc/net/dev"] = NET_DEV
    machine.files["/sys/class/net/eth0/statistics/rx_nohandler"] = "13\n"

    found = values(Netdev().read(machine))

    assert found["node_network_receive_bytes_total", "eth0"] == 171987694
    assert found["node_network_receive_multicast_total", "eth0"] == 6
    assert found["node_network_transmit_bytes_total", "eth0"] == 550416
    assert found["node_network_transmit_compressed_total", "eth0"] == 12
    assert found["node_network_receive_nohandler_total", "eth0"] == 13
    assert {device for _, device in found} == {"eth0"}
