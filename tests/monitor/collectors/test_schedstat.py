"""Running and waiting time of processors."""

import pytest

from hisops.monitor.collectors.schedstat import Schedstat


def test_counts_running_waiting_and_slices_of_each_processor(recorded, values):
    found = values(Schedstat().read(recorded("schedstat")))

    assert found["node_schedstat_running_seconds_total", "0"] == pytest.approx(912.312345678)
    assert found["node_schedstat_waiting_seconds_total", "1"] == pytest.approx(343796.328169361)
    assert found["node_schedstat_timeslices_total", "1"] == 4767485306
    assert len(found) == 6
