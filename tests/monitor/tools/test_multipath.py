"""A map that lost one of four paths, and one without any."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor.tools.multipath import Multipath
from tests.monitor.tools.conftest import sample


@pytest.fixture
def found(io, values):
    io.runs("multipathd", "show", "maps", "json", out=sample("multipath-maps.json"))
    return values(Multipath().collect(io, "multipathd"))


def test_a_lost_path_is_counted_and_named(found):
    paths = {key[2]: value for key, value in found.items() if key[0] == _PATH}

    assert found["hisops_multipath_paths_good_ratio", "mpatha"] == 0.75
    assert paths == {"sdb": 1, "sdc": 0, "sdd": 1, "sde": 1}
    assert found[_PATH, "mpatha", "sdc", "", "", "failed faulty"] == 0


def test_a_map_without_a_path_has_the_share_0(found):
    assert found["hisops_multipath_paths_good_ratio", "mpathb"] == 0
    assert found["hisops_multipath_path_faults_total", "mpathb"] == 9


@pytest.mark.parametrize(
    ("code", "said"), [(1, "error -1 receiving packet"), (0, "not json"), (0, '{"maps": 1}')]
)
def test_a_daemon_that_does_not_answer_is_a_failure(io, code, said):
    io.runs("multipathd", code=code, out=said)

    with pytest.raises(OpsError, match="multipathd"):
        Multipath().collect(io, "multipathd")


_PATH = "hisops_multipath_path_good_state"
