"""What the agent tells about itself."""

from hisops import __version__
from hisops.monitor.collectors.process import parse

# Linux 6.18, Debian 12, /proc/self/stat; the name is the worst that the kernel allows
STAT = (
    "22035 (a) R 1 (b) R 22020 22020 4932 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 1 0 366798 3133440 "
    "394 18446744073709551615\n"
)


def test_tells_version_start_memory_and_processor_time(values):
    assert values(parse(STAT, 1_795_485_115, 4096)) == {
        ("hisops_build_info", __version__): 1,
        ("process_cpu_seconds_total",): 2.0,
        ("process_resident_memory_bytes",): 394 * 4096,
        ("process_start_time_seconds",): 1_795_485_115 + 3667.98,
        ("process_virtual_memory_bytes",): 3133440,
    }
