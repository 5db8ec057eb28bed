"""Clock rates."""

from hisops.monitor.collectors.cpufreq import Cpufreq


def test_tells_clock_rates_in_hertz_also_where_processors_share_a_policy(recorded, values):
    found = values(Cpufreq().read(recorded("cpufreq")))

    assert found["node_cpu_frequency_hertz", "0"] == 1_200_195_000
    assert found["node_cpu_scaling_frequency_hertz", "1"] == 3_300_001_000
    assert ("node_cpu_frequency_hertz", "1") not in found
    assert len(found) == 11
