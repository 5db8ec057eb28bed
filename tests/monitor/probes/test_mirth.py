"""Mirth's channels as series. Not run against the real server."""

import pytest

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.mirth import Mirth, received, statistics, statuses
from tests.wire.canned import CannedNet, finish

BASE = Endpoint("http://192.0.2.1:8080/")
# Constructed after Mirth Connect's DashboardStatus.java, ChannelStatistics.java and Message.java.
STATUSES = """<list>
  <dashboardStatus><channelId>d7ec-1</channelId><name>LAB</name><state>STARTED</state>
    <deployedRevisionDelta>2</deployedRevisionDelta></dashboardStatus>
  <dashboardStatus><channelId>d7ec-2</channelId><name>ADT</name><state>PAUSED</state>
    <deployedRevisionDelta>0</deployedRevisionDelta></dashboardStatus>
</list>"""
STATISTICS = """<list>
  <channelStatistics><serverId>6d55</serverId><channelId>d7ec-1</channelId><received>39</received>
    <sent>30</sent><error>1</error><filtered>4</filtered><queued>4</queued></channelStatistics>
</list>"""
OLDEST = """<list><message><messageId>7</messageId><receivedDate><time>1795593300000</time>
  <timezone>UTC</timezone></receivedDate></message></list>"""


def http(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def asked(*bodies: str):
    net = CannedNet(*map(http, bodies))
    outcome = finish(Mirth().probe(net, BASE))
    return (
        outcome,
        {(s.family.name, *(v for _, v in s.labels)): s.value for s in outcome.samples},
        net,
    )


def test_states_counts_and_the_oldest_message_come_by_channel():
    outcome, values, net = asked(STATUSES, STATISTICS, "4", OLDEST)

    assert outcome.success, outcome.cause
    assert values["hisops_hl7_channel_running", "LAB"] == 1
    assert values["hisops_hl7_channel_running", "ADT"] == 0
    assert values["mirth_undeployed_revisions", "LAB"] == 2
    assert values["mirth_messages_queued", "LAB"] == 4
    assert values["mirth_messages_errored_total", "LAB"] == 1
    assert values["hisops_hl7_oldest_queued_seconds", "LAB"] == 300
    assert values["hisops_hl7_oldest_queued_seconds", "ADT"] == 0
    assert b"offset=3" in net.streams[3].sent


def test_a_login_that_is_refused_is_told():
    outcome = finish(Mirth().probe(CannedNet(http("", "401 Who")), BASE))

    assert outcome.cause == "statuses: status 401"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'<!DOCTYPE x [<!ENTITY a "b">]><list/>', b"<list>" * 100]
)
def test_what_is_no_list_is_refused(body):
    with pytest.raises(ValueError, match="XML"):
        statuses(body)


def test_an_id_that_would_lead_elsewhere_is_refused():
    evil = STATUSES.replace("d7ec-1", "../users")

    with pytest.raises(ValueError, match="id that it cannot have"):
        statuses(evil.encode())


def test_numbers_that_are_none_count_as_nothing():
    raw = b"<list><channelStatistics><channelId>a</channelId><queued>x</queued></channelStatistics></list>"

    assert statistics(raw)["a"]["queued"] == 0
    assert received(b"<list/>") is None
