"""FHIR servers: active and of the right version, or why not."""

import pytest

from hisops.core.metric import Family
from hisops.monitor.phase import Record
from hisops.monitor.probe import Endpoint
from hisops.monitor.probes.fhir import Fhir, Statement, judge
from tests.wire.canned import CannedNet, finish

BASE = Endpoint("http://192.0.2.1/fhir/")
# Constructed after HL7 FHIR R4, CapabilityStatement.
GOOD = {
    "resource_type": "CapabilityStatement",
    "status": "active",
    "fhir_version": "4.0.1",
    "software": {"name": "Fire", "version": "2.3"},
}


def judged(**changed):
    record = Record(CannedNet(), Family("x", "gauge", "x"))
    cause = judge(Statement(**(GOOD | changed)), "4.0", record)
    return cause, {s.family.name: s for s in record.samples}


def http(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_a_good_statement_tells_its_versions():
    cause, found = judged()

    assert cause == ""
    assert found["hisops_fhir_info"].labels == (
        ("fhir_version", "4.0.1"), ("software", "Fire"), ("version", "2.3"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"status": "retired"}, "metadata: the capability statement is retired"),
        ({"status": ""}, "metadata: the capability statement is without status"),
        ({"fhir_version": "3.0.2"}, "metadata: FHIR 3.0.2, expected 4.0"),
        ({"resource_type": "OperationOutcome"}, "metadata: no CapabilityStatement but"),
    ],
)
def test_a_statement_that_is_not_good_is_told(changed, cause):
    assert judged(**changed)[0].startswith(cause)


def test_a_search_asks_for_no_patient():
    said = '{"resourceType":"CapabilityStatement","status":"active","fhirVersion":"4.0.1"}'
    net = CannedNet(http(said), http('{"resourceType":"Bundle","total":9}'))

    outcome = finish(Fhir().probe(net, BASE))

    assert outcome.success, outcome.cause
    assert b"GET /fhir/metadata HTTP/1.1" in net.streams[0].sent
    assert b"GET /fhir/Patient?_count=0 HTTP/1.1" in net.streams[1].sent


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (http("{}", "503 Busy"), "metadata: status 503"),
        (http("<html>"), "metadata: the answer is not understood: not the JSON"),
        (http("[" * 100_000), "metadata: the answer is not understood"),
    ],
)
def test_an_answer_that_is_no_fhir_is_told(answer, cause):
    outcome = finish(Fhir().probe(CannedNet(answer), BASE))

    assert outcome.cause.startswith(cause)
