"""Memory fields."""

from hisops.monitor.collectors.meminfo import parse

# Linux 6.18, Debian 12, /proc/meminfo
MEMINFO = """\
MemTotal:       24684084 kB
Active(anon):       1568 kB
HugePages_Total:       3
Hugepagesize:       2048 kB
"""


def test_gives_sizes_in_bytes_and_counts_as_they_are(values):
    assert values(parse(MEMINFO)) == {
        ("node_memory_MemTotal_bytes",): 24684084 * 1024,
        ("node_memory_Active_anon_bytes",): 1568 * 1024,
        ("node_memory_HugePages_Total",): 3,
        ("node_memory_Hugepagesize_bytes",): 2048 * 1024,
    }


def test_a_line_without_a_number_costs_only_itself(values):
    assert ("node_memory_MemTotal_bytes",) in values(parse(MEMINFO + "Odd: ?? kB\nTorn:\n"))
