"""The NFS client."""

from hisops.monitor.collectors.nfs import Nfs, parse


def test_counts_packets_calls_and_requests(recorded, values):
    found = values(Nfs().read(recorded("nfs")))

    assert found["node_nfs_packets_total", "tcp"] == 68
    assert found["node_nfs_rpc_retransmissions_total",] == 374636
    assert found["node_nfs_requests_total", "Write", "3"] == 7
    assert found["node_nfs_requests_total", "Clone", "4"] == 59
    assert found["node_nfs_requests_total", "Read", "2"] == 0


def test_a_line_that_is_cut_short_counts_as_zero(values):
    found = values(parse("net 1 2\nrpc 5\n"))

    assert found["node_nfs_packets_total", "udp"] == 2
    assert found["node_nfs_connections_total",] == 0
    assert found["node_nfs_rpcs_total",] == 5
