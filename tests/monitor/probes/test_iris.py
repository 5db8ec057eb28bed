"""The IRIS pack.

constructed after InterSystems' Monitoring Guide (appendix on the REST API); not run against the
real server.
"""

import pytest

from hisops.core.text import Secret
from hisops.monitor.probes.iris import Iris, pass_on
from tests.wire.canned import CannedNet, finish

_PAGE = """iris_cpu_usage 5
iris_jrn_free_space{id="primary",dir="/irissys/mgr/journal/"} 401254
iris_license_percent_used 12
iris_wd_cycle_time 3
other_metric 1
"""
_OK = f"HTTP/1.1 200 OK\r\nContent-Length: {len(_PAGE)}\r\n\r\n{_PAGE}".encode()
_LOGIN = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


def _ask(*answers, **options):
    from hisops.monitor.probe import Endpoint

    net = CannedNet(*answers)
    outcome = finish(Iris(**options).probe(net, Endpoint("iris.example")))
    return outcome, {sample.family.name: sample.value for sample in outcome.samples}, net


def test_passes_its_own_series_on_and_no_others():
    found = {(s.family.name, s.labels): s.value for s in pass_on(_PAGE)}

    assert (
        found["iris_jrn_free_space", (("id", "primary"), ("dir", "/irissys/mgr/journal/"))]
        == 401254
    )
    assert found["iris_license_percent_used", ()] == 12
    assert ("other_metric", ()) not in found


def test_a_page_that_is_too_long_is_cut():
    page = "".join(f'iris_x{{id="{n}"}} 1\n' for n in range(3000))

    found = pass_on(page)

    assert (len(found), found[-1].value) == (2001, 1)


@pytest.mark.parametrize("page", ["<html>", "iris_x{ 1", "iris_x 1\niris_x 2\n"])
def test_what_is_no_page_of_metrics_is_refused(page):
    with pytest.raises(ValueError, match=r"\w"):
        pass_on(page)


def test_finds_metrics_that_anybody_may_read():
    outcome, found, net = _ask(_OK)

    assert outcome.success
    assert found["hisops_iris_up"] == found["hisops_iris_unauthenticated"] == 1
    assert net.dialled == [("iris.example", 52773)]


def test_logs_in_where_it_must(tmp_path):
    class Keeping(CannedNet):
        def secret(self, ref):
            return "p"

    from hisops.monitor.probe import Endpoint

    net = Keeping(_LOGIN, _OK)
    outcome = finish(Iris(user="u", password=Secret("env:X")).probe(net, Endpoint("iris.example")))

    found = {sample.family.name: sample.value for sample in outcome.samples}
    assert found["hisops_iris_up"] == 1
    assert found["hisops_iris_unauthenticated"] == 0
    assert b"Authorization" not in net.streams[0].sent
    assert b"Authorization: Basic dTpw" in net.streams[1].sent


def test_a_refusal_is_told():
    outcome, found, _ = _ask(_LOGIN)

    assert outcome.cause == "HTTP status 401"
    assert found["hisops_iris_up"] == 0
