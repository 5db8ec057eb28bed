"""The senders of an Orthanc, from its list of changes."""

import json

import pytest

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.dicom_senders import DicomSenders
from tests.wire.canned import CannedNet, finish


class Net(CannedNet):
    """A canned network whose works come one after the other."""

    async def gather(self, works, *, limit=200):
        return [await work for work in works]


def http(document: object, status: int = 200) -> bytes:
    body = json.dumps(document)
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def change(seq: int, kind: str = "NewSeries") -> dict:
    return {"ChangeType": kind, "ID": f"5e-{seq}", "Seq": seq, "Path": "/x", "Date": "x"}


def page(*changes: dict, last: int = 9) -> bytes:
    return http({"Changes": changes, "Last": last, "Done": True})


# Orthanc 1.10.1 (Debian 12), shortened: a series, its instance, the instance's metadata.
SERIES = http({"ID": "5e", "Instances": ["1a", "1b"], "Type": "Series"})
INSTANCE = http(
    {"MainDicomTags": {"InstanceCreationDate": "20261125", "InstanceCreationTime": "081500"}}
)
METADATA = http({"RemoteAET": "CT1", "ReceptionDate": "20261125T081500", "Origin": "DicomProtocol"})


def asked(url: str, *says: bytes, **options):
    net = Net(*says)
    outcome = finish(DicomSenders(timezone="UTC", **options).probe(net, Endpoint(url)))
    return outcome, {(s.family.name, *(v for _, v in s.labels)): s.value for s in outcome.samples}


def test_a_new_series_tells_its_sender_and_its_clock():
    outcome, values = asked("http://a", page(), page(change(9)), SERIES, INSTANCE, METADATA)

    assert outcome.success, outcome.cause
    assert values["hisops_clock_skew_seconds", "CT1"] == 0
    assert values["hisops_sender_series_total", "CT1"] == 0, "it came before the start"
    assert values["hisops_senders_changes_behind",] == 0


def test_what_comes_later_is_counted():
    asked("http://b", page(), page(change(9)), SERIES, INSTANCE, METADATA)

    _, values = asked(
        "http://b", page(last=12), page(change(12), last=12), SERIES, INSTANCE, METADATA
    )

    assert values["hisops_sender_series_total", "CT1"] == 1


def test_a_series_that_is_gone_and_senders_to_ignore_are_left_out():
    gone = http({}, 404)
    canary = http(
        {"RemoteAET": "HISOPS", "ReceptionDate": "20261125T081500", "Origin": "DicomProtocol"}
    )

    outcome, values = asked(
        "http://c", page(), page(change(8), change(9)), gone, SERIES, INSTANCE, canary
    )

    assert outcome.success, outcome.cause
    assert [key for key in values if "sender_last" in key[0]] == []


def test_a_new_database_is_read_from_its_beginning():
    asked("http://d", page(last=500), page(last=500))

    outcome, values = asked(
        "http://d", page(last=3), page(change(3), last=3), SERIES, INSTANCE, METADATA
    )

    assert outcome.success, outcome.cause
    assert values["hisops_sender_last_seen_timestamp_seconds", "CT1"] > 0


def test_a_backlog_is_worked_off_in_pieces():
    many = [change(n) for n in range(1, 100)]
    says = [SERIES, INSTANCE, METADATA] * 60

    _, values = asked("http://e", page(last=99), page(*many, last=99), *says)

    assert values["hisops_senders_changes_behind",] == 39


@pytest.mark.parametrize("evil", ["../../tools/reset", "x y", "a/b"])
def test_an_id_that_would_lead_elsewhere_is_refused(evil):
    outcome, _ = asked("http://f", page(), page({**change(9), "ID": evil}))

    assert "letters that it cannot have" in outcome.cause
