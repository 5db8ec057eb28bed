"""Sockets in use."""

from hisops.monitor.collectors.sockstat import Sockstat

# Linux 6.18, Debian 12, /proc/net/sockstat
SOCKSTAT = "sockets: used 15\nTCP: inuse 1 orphan 0 tw 1916 alloc 1 mem 246\n"


def test_counts_sockets_and_their_memory(machine, values):
    machine.files["/proc/net/sockstat"] = SOCKSTAT
    machine.files["/proc/net/sockstat6"] = "TCP6: inuse 2\n"

    found = values(Sockstat().read(machine))

    assert found["node_sockstat_sockets_used",] == 15
    assert found["node_sockstat_TCP_tw",] == 1916
    assert found["node_sockstat_TCP_mem_bytes",] == 246 * 4096
    assert found["node_sockstat_TCP6_inuse",] == 2
