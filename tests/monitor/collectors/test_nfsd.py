"""The NFS server."""

from hisops.monitor.collectors.nfsd import Nfsd


def test_counts_bytes_threads_and_errors(recorded, values):
    found = values(Nfsd().read(recorded("nfsd")))

    assert found["node_nfsd_disk_bytes_read_total",] == 157286400
    assert found["node_nfsd_server_threads",] == 8
    assert found["node_nfsd_rpc_errors_total", "auth"] == 2
    assert found["node_nfsd_requests_total", "Commit", "3"] == 10


def test_operations_of_version_4_have_the_numbers_of_the_standard(recorded, values):
    found = values(Nfsd().read(recorded("nfsd")))

    # The recording counts 100 for operation 0, 101 for operation 1 and so on.
    numbers = {"Access": 3, "PutFH": 22, "Read": 25, "Verify": 37, "Write": 38, "RelLockOwner": 39}
    assert {name: found["node_nfsd_requests_total", name, "4"] - 100 for name in numbers} == numbers
