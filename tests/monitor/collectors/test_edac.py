"""Memory errors."""

from hisops.monitor.collectors.edac import Edac


def test_counts_errors_by_controller_and_row(recorded, values):
    found = values(Edac().read(recorded("edac")))

    assert found["node_edac_correctable_errors_total", "0"] == 3
    assert found["node_edac_uncorrectable_errors_total", "0"] == 5
    assert found["node_edac_csrow_correctable_errors_total", "0", "0"] == 2
    assert found["node_edac_csrow_correctable_errors_total", "0", "unknown"] == 1
    assert found["node_edac_correctable_errors_total", "12"] == 0
    assert len(found) == 10
