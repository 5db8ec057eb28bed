"""Slowdowns because of heat."""

from hisops.monitor.collectors.cpu_throttle import CpuThrottle


def test_counts_slowdowns_once_for_each_core_and_chip(recorded, values):
    assert values(CpuThrottle().read(recorded("cpu_throttle"))) == {
        ("node_cpu_core_throttles_total", "0", "0"): 5,
        ("node_cpu_core_throttles_total", "1", "0"): 0,
        ("node_cpu_core_throttles_total", "0", "1"): 9,
        ("node_cpu_package_throttles_total", "0"): 30,
        ("node_cpu_package_throttles_total", "1"): 6,
    }
