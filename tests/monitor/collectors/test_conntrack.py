"""Connections that the packet filter follows."""

from hisops.monitor.collectors.conntrack import Conntrack, parse


def test_adds_up_the_processors(recorded, values):
    found = values(Conntrack().read(recorded("conntrack")))

    assert found["node_nf_conntrack_entries",] == 123
    assert found["node_nf_conntrack_entries_limit",] == 65536
    assert found["node_nf_conntrack_stat_invalid",] == 26
    assert found["node_nf_conntrack_stat_search_restart",] == 256
    assert len(found) == 10


def test_a_kernel_without_the_column_ignore_counts_none(values):
    stat = "entries  found new\n0000007b  00000002 00000000\n"

    found = values(parse("1\n", "2\n", stat))

    assert found["node_nf_conntrack_stat_found",] == 2
    assert found["node_nf_conntrack_stat_ignore",] == 0
