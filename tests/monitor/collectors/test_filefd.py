"""Open files."""

from hisops.monitor.collectors.filefd import parse


def test_reads_handles_in_use_and_allowed(values):
    # Linux 6.18, Debian 12, /proc/sys/fs/file-nr
    found = values(parse("556\t0\t2466170\n"))

    assert found == {("node_filefd_allocated",): 556, ("node_filefd_maximum",): 2466170}
