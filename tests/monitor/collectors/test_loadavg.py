"""Load averages."""

import pytest

from hisops.monitor.collectors.loadavg import parse


def test_reads_the_three_averages(values):
    # Linux 6.18, Debian 12, /proc/loadavg
    found = values(parse("0.52 0.30 1.07 2/113 22035\n"))

    assert found == {("node_load1",): 0.52, ("node_load5",): 0.3, ("node_load15",): 1.07}


def test_a_line_that_is_cut_short_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        parse("0.52\n").samples()
