"""Storage canary, DICOMweb and Orthanc's own figures, against Orthanc."""

import json
from urllib.request import Request, urlopen

import pytest

from hisops.core.text import Duration
from hisops.monitor.orthanc import Rest
from hisops.monitor.probes.dicom_store import DicomStore
from hisops.monitor.probes.dicomweb import Dicomweb
from hisops.monitor.probes.orthanc import Orthanc
from tests.lab.wait import until
from tests.real.hospital.ward import free_port, frozen

QUICK = Duration(1)


@pytest.fixture
def canary(ward):
    """The probe, and its target."""
    unit = DicomStore(called="PACS", orthanc=Rest(url=ward.url), timeout=Duration(3))
    return unit, f"127.0.0.1:{ward.dicom}"


@pytest.fixture(autouse=True)
def nothing_left_behind(ward):
    """Each test ends without studies."""
    yield
    for study in asked(f"{ward.url}/studies"):
        urlopen(Request(f"{ward.url}/studies/{study}", method="DELETE"), timeout=5)


def values(outcome):
    return {(s.family.name, *(v for _, v in s.labels)): s.value for s in outcome.samples}


def asked(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data), timeout=5) as answer:
        return json.load(answer)


def test_a_picture_is_stored_found_and_removed(probe, ward, canary):
    outcome = probe(*canary)

    assert outcome.success, outcome.cause
    phases = [key[1] for key in values(outcome) if key[0] == "hisops_dicom_duration_seconds"]
    assert phases == ["store", "find", "clean-up"]
    assert asked(f"{ward.url}/studies") == []


def test_studies_of_patients_are_never_removed(probe, ward, canary):
    """Another patient, and the canary's patient with an accession number that is not ours."""
    made = [
        asked(f"{ward.url}/tools/create-dicom", {"Tags": tags})
        for tags in (
            {"PatientID": "HISOPS-CANARY-2", "AccessionNumber": "HISOPS0000000000"},
            {"PatientID": "HISOPS-CANARY", "AccessionNumber": "20261125-0001"},
        )
    ]

    outcome = probe(*canary)

    assert outcome.success, outcome.cause
    assert sorted(asked(f"{ward.url}/studies")) == sorted(one["ParentStudy"] for one in made)


def test_what_an_earlier_canary_left_behind_is_removed(probe, ward, canary):
    tags = {"PatientID": "HISOPS-CANARY", "AccessionNumber": "HISOPS0000000000"}
    asked(f"{ward.url}/tools/create-dicom", {"Tags": tags})

    outcome = probe(*canary)

    assert outcome.success, outcome.cause
    assert asked(f"{ward.url}/studies") == []


def test_a_frozen_archive_fails_the_store(probe, ward, canary):
    with frozen(ward.pacs_pid):
        outcome = probe(*canary)

    assert outcome.cause.startswith("store: no answer within")


def test_a_worklist_server_takes_no_pictures(probe, ward):
    outcome = probe(DicomStore(called="RIS"), f"127.0.0.1:{ward.worklist}")

    assert outcome.cause.startswith("store: ")


def test_a_clean_up_that_is_refused_is_told(probe, ward):
    unit = DicomStore(called="PACS", orthanc=Rest(url=f"http://127.0.0.1:{free_port()}"))

    outcome = probe(unit, f"127.0.0.1:{ward.dicom}")

    assert outcome.cause == "clean-up: Connection refused"


def test_orthanc_tells_its_figures_without_time_stamps(probe, ward):
    outcome = probe(Orthanc(), ward.url)

    assert outcome.success, outcome.cause
    found = values(outcome)
    assert found["orthanc_jobs_failed",] == 0
    assert found["hisops_orthanc_info", "1.10.1"] == 1
    assert found["hisops_orthanc_oldest_job_seconds",] == 0


def test_failed_jobs_of_orthanc_are_counted(probe, ward):
    made = asked(f"{ward.url}/tools/create-dicom", {"Tags": {"PatientID": "HISOPS-CANARY"}})
    order = {"Resources": [made["ParentStudy"]], "Asynchronous": True}
    asked(f"{ward.url}/modalities/nowhere/store", order)

    def failed():
        return values(probe(Orthanc(), ward.url)).get(("hisops_orthanc_jobs", "failure"), 0)

    assert until(failed) == 1


@pytest.mark.parametrize("unit", [Orthanc(timeout=QUICK), Dicomweb(timeout=QUICK)])
def test_a_frozen_orthanc_is_told_over_http_too(probe, ward, unit):
    with frozen(ward.pacs_pid):
        outcome = probe(unit, ward.url)

    assert outcome.cause.endswith("no answer within 1 s")


def test_dicomweb_is_asked_for_one_study(probe, ward):
    outcome = probe(Dicomweb(), f"{ward.url}/dicom-web")

    assert outcome.success, outcome.cause
    assert values(outcome)["hisops_dicomweb_studies",] == 0


@pytest.mark.parametrize(
    ("unit", "path", "cause"),
    [
        (Dicomweb(), "/nothing", "query: status 404"),
        (Dicomweb(query="system"), "", "the answer is not understood"),
        (Dicomweb(at_least=1), "/dicom-web", "query: 0 studies, expected at least 1"),
        (Orthanc(), "/dicom-web", "system: GET /system is answered with status 404"),
    ],
)
def test_wrong_answers_are_told(probe, ward, unit, path, cause):
    outcome = probe(unit, ward.url + path)

    assert cause in outcome.cause
