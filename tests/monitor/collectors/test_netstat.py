"""Protocol counters."""

from hisops.monitor.collectors.netstat import Netstat

# Linux 6.18, Debian 12, /proc/net/netstat, snmp and snmp6
NETSTAT = """\
TcpExt: SyncookiesSent TW ListenDrops
TcpExt: 1 6605 3
IpExt: InNoRoutes InOctets
IpExt: 0 207865190
"""
SNMP = "Ip: Forwarding DefaultTTL\nIp: 2 64\nUdp: InDatagrams NoPorts\nUdp: 231 0\n"
SNMP6 = (
    "Ip6InReceives                   \t12\nIp6InOctets                     \t960\nUdp6NoPorts \t1\n"
)


def test_takes_the_chosen_counters_of_both_versions(machine, values):
    machine.files = {
        "/proc/net/netstat": NETSTAT,
        "/proc/net/snmp": SNMP,
        "/proc/net/snmp6": SNMP6,
    }

    assert values(Netstat().read(machine)) == {
        ("node_netstat_TcpExt_SyncookiesSent",): 1,
        ("node_netstat_TcpExt_ListenDrops",): 3,
        ("node_netstat_IpExt_InOctets",): 207865190,
        ("node_netstat_Ip_Forwarding",): 2,
        ("node_netstat_Udp_InDatagrams",): 231,
        ("node_netstat_Udp_NoPorts",): 0,
        ("node_netstat_Ip6_InOctets",): 960,
        ("node_netstat_Udp6_NoPorts",): 1,
    }


def test_a_machine_without_ip_version_6_has_the_rest(machine, values):
    machine.files = {"/proc/net/netstat": NETSTAT, "/proc/net/snmp": SNMP}

    assert len(values(Netstat().read(machine))) == 6


def test_a_kernel_module_that_adds_a_line_moves_nothing(machine, values):
    collector = Netstat()
    machine.files = {"/proc/net/netstat": NETSTAT, "/proc/net/snmp": SNMP}
    before = values(collector.read(machine))

    machine.files["/proc/net/netstat"] = "MPTcpExt: A\nMPTcpExt: 7\n" + NETSTAT.replace(
        "TW ListenDrops", "ListenDrops TW"
    ).replace("6605 3", "3 6605")

    assert values(collector.read(machine)) == before
