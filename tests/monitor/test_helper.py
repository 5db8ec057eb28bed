"""The helper: one file for each program, also when the program fails."""

import pytest

from hisops.core.errors import OpsError
from hisops.core.metric_text import parse
from hisops.monitor import helper
from tests.monitor.tools.conftest import sample


def states(io) -> dict[str, str]:
    return {ran.tool: ran.state for ran in helper.run(io, "/m", 300)}


def test_a_machine_without_any_program_gets_no_file(io):
    assert set(states(io).values()) == {"absent"}
    assert io.names("/m") == []


def test_what_a_program_says_becomes_a_file_with_the_time_and_the_interval(io):
    io.write("/usr/sbin/multipathd", "")
    io.runs("/usr/sbin/multipathd", out=sample("multipath-maps.json"))

    assert states(io)["multipath"] == "done"

    series, values = parse(io.read("/m/tool-multipath.prom"))
    found = {family.name: value for (family, _), value in zip(series, values, strict=True)}
    assert found["hisops_helper_success"] == "1"
    assert float(found["hisops_helper_run_timestamp_seconds"]) == io.now().timestamp()
    assert float(found["hisops_helper_interval_seconds"]) == 300
    assert "hisops_multipath_paths_good_ratio" in found


def test_a_program_that_fails_leaves_no_value_of_before(io):
    io.write("/usr/sbin/multipathd", "")
    io.runs("/usr/sbin/multipathd", out=sample("multipath-maps.json"))
    io.runs("/usr/sbin/multipathd", code=1, out="error -1 receiving packet")
    states(io)

    (ran,) = [ran for ran in helper.run(io, "/m", 300) if ran.tool == "multipath"]

    text = io.read("/m/tool-multipath.prom")
    assert (ran.state, ran.cause) == ("failed", "multipathd: error -1 receiving packet")
    assert 'hisops_helper_success{tool="multipath"} 0\n' in text
    assert "hisops_multipath" not in text


def test_the_file_of_a_program_that_was_removed_goes_away(io):
    io.write("/m/tool-ssacli.prom", "x 1\n")
    io.write("/m/jobs.prom", "x 1\n")

    states(io)

    assert io.names("/m") == ["jobs.prom"]


def test_two_helpers_do_not_run_at_once(io):
    with io.lock("/m/.helper.lock"), pytest.raises(OpsError, match="holds the lock"):
        helper.run(io, "/m", 300)


def test_a_vendors_own_folder_is_searched(io):
    io.write("/opt/MegaRAID/perccli/perccli64", "")
    io.runs("/opt/MegaRAID/perccli/perccli64", out=sample("storcli-none.json"))

    assert states(io)["storcli"] == "done"
