"""Packets taken from the network cards."""

from hisops.monitor.collectors.softnet import Softnet


def test_counts_packets_drops_and_squeezes_of_each_processor(recorded, values):
    assert values(Softnet().read(recorded("softnet"))) == {
        ("node_softnet_processed_total", "0"): 0x27BC3,
        ("node_softnet_dropped_total", "0"): 0,
        ("node_softnet_times_squeezed_total", "0"): 0,
        ("node_softnet_processed_total", "1"): 0x24F69,
        ("node_softnet_dropped_total", "1"): 10,
        ("node_softnet_times_squeezed_total", "1"): 255,
    }
