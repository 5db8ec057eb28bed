"""DICOM probes against Orthanc and DCMTK: healthy, frozen, refusing, answering wrongly."""

import subprocess
from datetime import UTC, datetime

import pytest

from hisops.core.text import Duration
from hisops.monitor.probes.dicom_echo import DicomEcho
from hisops.monitor.probes.dicom_find import DicomFind
from hisops.wire.dicom import canary
from tests.real.hospital.ward import free_port, frozen

QUICK = Duration(1)


@pytest.fixture
def pacs(ward):
    return f"127.0.0.1:{ward.dicom}"


@pytest.fixture
def ris(ward):
    return f"127.0.0.1:{ward.worklist}"


def value(outcome, name):
    return next(s.value for s in outcome.samples if s.family.name == name)


def phases(outcome):
    rows = [s for s in outcome.samples if s.family.name == "hisops_dicom_duration_seconds"]
    return {row.labels[0][1]: row.value for row in rows}


@pytest.mark.parametrize("server", ["pacs", "ris"])
def test_a_healthy_server_answers_an_echo(probe, request, server):
    outcome = probe(DicomEcho(called=server.upper()), request.getfixturevalue(server))

    assert outcome.success, outcome.cause
    assert list(phases(outcome)) == ["resolve", "connect", "associate", "echo", "release"]


def test_a_frozen_pacs_takes_connections_and_fails_the_echo(probe, ward, pacs):
    with frozen(ward.pacs_pid):
        outcome = probe(DicomEcho(called="PACS", timeout=QUICK), pacs)

    assert outcome.cause == "associate: no answer within 1 s"
    assert "connect" in phases(outcome)


def test_a_pacs_that_is_called_by_another_name_refuses_in_words(probe, pacs):
    outcome = probe(DicomEcho(called="RIS"), pacs)

    assert "called AE title not recognised (result 1, source 1, reason 7)" in outcome.cause


def test_a_port_that_nobody_listens_on_is_told(probe):
    outcome = probe(DicomEcho(), f"127.0.0.1:{free_port()}")

    assert outcome.cause == "connect: Connection refused"


def test_another_protocol_on_the_port_is_told(probe, ward):
    outcome = probe(DicomEcho(called="PACS", timeout=QUICK), f"127.0.0.1:{ward.http}")

    assert outcome.cause.startswith("associate: ")
    assert not outcome.success


def test_a_worklist_without_items_is_healthy(probe, ris):
    outcome = probe(DicomFind(called="RIS"), ris)

    assert outcome.success, outcome.cause
    assert value(outcome, "hisops_dicom_items") == 0


def test_a_worklist_that_cannot_use_its_folder_is_not(probe, ward, ris):
    lock = ward.worklists / "lockfile"
    lock.unlink()
    try:
        echo = probe(DicomEcho(called="RIS"), ris)
        outcome = probe(DicomFind(called="RIS"), ris)
    finally:
        lock.touch()

    assert echo.success, "this fault is invisible to an echo"
    assert outcome.cause == "find: out of resources (0xA700) after 0 items"


def test_a_frozen_worklist_is_told(probe, ward, ris):
    with frozen(ward.worklist_pid):
        outcome = probe(DicomFind(called="RIS", timeout=QUICK), ris)

    assert outcome.cause == "associate: no answer within 1 s"


def test_a_worklist_is_no_archive(probe, ris):
    outcome = probe(DicomFind(called="RIS", model="study"), ris)

    assert "refused" in outcome.cause


def test_an_archive_without_the_canary_is_told(probe, pacs):
    outcome = probe(DicomFind(called="PACS", model="study", day="any", canary="NONE"), pacs)

    assert outcome.cause == "canary: nothing has the accession number NONE"


def test_dcmtk_reads_the_picture_of_the_canary(tmp_path):
    _, data = canary.picture("HISOPS1", "2.25.8", "2.25.7", datetime(2026, 11, 25, tzinfo=UTC))
    (tmp_path / "canary").write_bytes(data)

    argv = ["dcmdump", "-f", "-ti", "-q", tmp_path / "canary"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)

    assert "SYNTHETIC TEST OBJECT, NOT A PATIENT" in done.stdout
    assert "MONOCHROME2" in done.stdout
