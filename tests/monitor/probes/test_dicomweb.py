"""QIDO-RS answers: a list, nothing, or something else."""

import pytest

from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.dicomweb import Dicomweb
from tests.wire.canned import CannedNet, finish


def asked(status: str, body: str, **options):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
    net = CannedNet((head + body).encode())
    outcome = finish(Dicomweb(**options).probe(net, Endpoint("http://192.0.2.1/dicom-web")))
    return outcome, {s.family.name: s.value for s in outcome.samples}


@pytest.mark.parametrize(
    ("status", "body", "count"), [("200 OK", '[{"0020000D":{}}]', 1), ("204 None", "", 0)]
)
def test_a_list_or_no_content_is_a_success(status, body, count):
    outcome, values = asked(status, body)

    assert outcome.success, outcome.cause
    assert values["hisops_dicomweb_studies"] == count


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        ("401 Who", "", "query: status 401"),
        ("200 OK", "<html>", "the answer is not understood"),
        ("200 OK", '{"a": 1}', "the answer is not understood"),
    ],
)
def test_other_answers_are_told(status, body, cause):
    outcome, _ = asked(status, body)

    assert not outcome.success
    assert cause in outcome.cause


def test_an_archive_with_too_little_is_told():
    assert asked("200 OK", "[]", at_least=1)[0].cause == "query: 0 studies, expected at least 1"
