"""Statistics of HAProxy.

constructed after HAProxy's Management Guide, section 9.1; the real one is asked in tests/real/sql.
"""

import pytest

from hisops.monitor.probes.haproxy import samples

_HEAD = "# pxname,svname,qcur,scur,slim,stot,status,type,rtime,hrsp_5xx,act,\n"
_PAGE = _HEAD + (
    "gateway,FRONTEND,,1,262121,9,OPEN,0,,1,,\n"
    "registration,app1,0,0,,8,UP 1/3,2,12,1,1,\n"
    "registration,BACKEND,2,0,26213,8,UP,1,12,1,1,\n"
)


def _values(text):
    return {(s.family.name, s.labels): s.value for s in samples(text)}


def test_tells_frontends_backends_and_servers_apart():
    found = _values(_PAGE)

    assert found["haproxy_frontend_current_sessions", (("proxy", "gateway"),)] == 1
    assert found["haproxy_backend_current_queue", (("proxy", "registration"),)] == 2
    server = (("proxy", "registration"), ("server", "app1"))
    assert found["haproxy_server_response_time_average_seconds", server] == 0.012
    assert found["haproxy_server_status", (*server, ("state", "UP"))] == 1


def test_an_empty_cell_is_no_series():
    assert ("haproxy_frontend_current_queue", (("proxy", "gateway"),)) not in _values(_PAGE)


def test_takes_no_more_rows_than_its_limit():
    page = _HEAD + "".join(f"p{n},FRONTEND,,1,,,OPEN,0,,,,\n" for n in range(2000))

    assert len([s for s in samples(page) if s.family.name == "haproxy_frontend_status"]) == 500


@pytest.mark.parametrize("text", ["", "<html>", "# pxname,x\n"])
def test_what_is_no_page_of_statistics_is_refused(text):
    with pytest.raises(ValueError, match="no statistics"):
        samples(text)
