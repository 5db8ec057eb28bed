"""Fibre Channel ports."""

from hisops.monitor.collectors.fibrechannel import Fibrechannel


def test_counts_frames_and_errors_but_not_what_the_card_does_not_count(recorded, values):
    found = values(Fibrechannel().read(recorded("fibrechannel")))

    assert found["node_fibrechannel_fcp_packet_aborts_total", "host0"] == 0x13
    assert found["node_fibrechannel_rx_frames_total", "host0"] == 3
    assert ("node_fibrechannel_dumped_frames_total", "host0") not in found
    assert len(found) == 14


def test_the_info_series_has_state_and_name_of_the_port(recorded):
    samples = Fibrechannel().read(recorded("fibrechannel")).samples()

    labels = dict(next(s.labels for s in samples if s.family.name == "node_fibrechannel_info"))
    assert labels["port_state"] == "Online"
    assert labels["port_name"] == "1000e0071bce95f2"
