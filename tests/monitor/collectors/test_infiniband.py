"""InfiniBand ports."""

from hisops.monitor.collectors.infiniband import Infiniband, parse


def test_counts_data_in_bytes_and_tells_state_and_speed(recorded, values):
    found = values(Infiniband().read(recorded("infiniband")))

    assert found["node_infiniband_port_data_received_bytes_total", "mlx4_0", "1"] == 44
    assert found["node_infiniband_link_downed_total", "mlx4_0", "2"] == 27
    assert found["node_infiniband_state_id", "mlx4_0", "1"] == 4
    assert found["node_infiniband_rate_bytes_per_second", "mlx4_0", "1"] == 5e9
    assert len(found) == 51


def test_a_speed_may_have_a_fraction():
    assert parse("rate", "2.5 Gb/sec (1X SDR)") == 2.5e9 / 8


def test_a_counter_that_the_card_does_not_have_is_left_out(machine, values):
    folder = "/sys/class/infiniband/hfi1_0/ports/1/counters"
    machine.files = {f"{folder}/symbol_error": "N/A (no PMA)\n", f"{folder}/link_downed": "1\n"}

    found = values(Infiniband().read(machine))

    assert found["node_infiniband_link_downed_total", "hfi1_0", "1"] == 1
    assert ("node_infiniband_symbol_error_total", "hfi1_0", "1") not in found
