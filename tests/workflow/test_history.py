"""Answers of Prometheus to range queries."""

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.fake import Fake
from hisops.workflow import history

_URL = "http://127.0.0.1:19090/api/v1/query_range?query=up&start=40.000&end=100.000&step=20.000"


def _read(site, body, status=200):
    io = Fake()
    io.answers("GET", _URL, body=body, status=status)
    return history.read(io, site, "up", end=100, step_seconds=20, count=4)


def test_values_stand_at_their_moments_and_gaps_stay_gaps(site):
    body = (
        '{"status":"success","data":{"resultType":"matrix","result":['
        '{"metric":{"instance":"db1"},"values":[[40,"1"],[80.001,"0.5"],[100,"+Inf"]]}]}}'
    )

    (track,) = _read(site, body)

    assert track.labels == {"instance": "db1"}
    assert track.points == (1.0, None, 0.5, float("inf"))


def test_a_refused_expression_is_wrong_usage_with_the_reason(site):
    with pytest.raises(OpsError) as problem:
        _read(site, '{"status":"error","errorType":"bad_data","error":"parse error"}', 400)

    assert problem.value.code == Exit.USAGE
    assert problem.value.cause == "up: parse error"


@pytest.mark.parametrize("body", ["<html>", '{"status":1}', '{"status":"success","data":7}'])
def test_an_answer_that_is_none_names_the_place(site, body):
    with pytest.raises(OpsError, match="answered 502 and no history"):
        _read(site, body, 502)
