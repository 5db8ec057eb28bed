"""Alerts as Prometheus posts them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hisops.alerting import alert
from hisops.alerting.alert import Posted

# Prometheus Alertmanager 0.25.0: GET /api/v2/alerts after posting these label sets.
PRINTS = [
    (
        {"alertname": "AgentDown", "instance": "his-db-1", "severity": "critical"},
        "e0b6a9797be6c41f",
    ),
    ({"a": "b"}, "d2b371819297f98a"),
    ({"A": "1", "_": "2", "alertname": "x", "z": "é~;"}, "ee21c67a53f86c88"),
    (
        {"alertname": "磁盘满", "instance": "影像-01:9100", "path": '/数据, "x"\\', "e": ""},
        "b0a4f6f1f6e289dc",
    ),
]


@pytest.mark.parametrize(("labels", "print_"), PRINTS)
def test_the_fingerprint_is_alertmanagers(labels, print_):
    assert alert.fingerprint(alert.clean(labels)) == print_


def test_the_order_of_labels_does_not_matter():
    assert alert.fingerprint({"b": "2", "a": "1"}) == alert.fingerprint({"a": "1", "b": "2"})


def test_a_border_between_name_and_value_counts():
    assert alert.fingerprint({"ab": "c"}) != alert.fingerprint({"a": "bc"})


def test_reads_what_prometheus_sends():
    body = (
        b'[{"annotations":{"summary":"s"},"endsAt":"0001-01-01T00:00:00Z",'
        b'"startsAt":"2026-01-05T08:00:00.123456789Z","generatorURL":"http://p/g",'
        b'"labels":{"alertname":"A"},"unknown":1}]'
    )

    (posted,) = alert.decode(body)

    assert alert.seconds(posted.ends_at) is None
    assert alert.seconds(posted.starts_at) == datetime(2026, 1, 5, 8, 0, 0, 123457, UTC).timestamp()
    assert posted.url == "http://p/g"


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0002-01-01T00:00:00Z"])
def test_an_absurd_moment_has_a_local_time_all_the_same(text):
    (posted,) = alert.decode(f'[{{"labels":{{"a":"b"}},"startsAt":"{text}"}}]'.encode())

    found = alert.seconds(posted.starts_at)

    assert found is not None
    assert datetime.fromtimestamp(found, ZoneInfo("Asia/Shanghai")).year in (1970, 3000)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'[{"labels":{"a":1}}]', b"[{}]", b"\xff"])
def test_a_malformed_body_names_the_place(body):
    with pytest.raises((msgspec.DecodeError, ValueError)):
        alert.decode(body)


def test_an_alert_without_labels_is_no_report():
    assert alert.report(Posted(labels={"a": ""}), 0.0, ("critical",)) is None


@pytest.mark.parametrize(
    ("word", "loudness"),
    [("critical", "critical"), ("info", ""), ("none", ""), ("fatal", "warning"), ("", "warning")],
)
def test_an_unknown_severity_pages_as_a_warning(word, loudness):
    assert alert.severity({"severity": word}, ("critical", "warning")) == loudness


def test_a_heartbeat_pages_nobody_whatever_its_severity():
    posted = Posted(labels={"alertname": "Watchdog", "severity": "critical"})

    found = alert.report(posted, 0.0, ("critical",))

    assert found is not None
    assert (found.severity, found.heartbeat) == ("", "watchdog")


def test_one_instance_and_alert_are_one_incident_whatever_the_other_labels():
    reports = [
        alert.report(Posted(labels={"alertname": "Full", "instance": "a", "mount": mount}), 0.0, ())
        for mount in ("/", "/var")
    ]

    assert len({report.incident_key for report in reports if report}) == 1
