"""What Orthanc says about itself, as series without time stamps."""

import msgspec
import pytest

from hisops.core.metric import Family
from hisops.monitor.phase import Record
from hisops.monitor.probes.orthanc import _Job, count_jobs, metrics
from tests.wire.canned import CannedNet

# Orthanc 1.10.1 (Debian 12), /tools/metrics-prometheus, shortened.
PAGE = """orthanc_count_instances 0 1795579872812
orthanc_disk_size_mb 0.0 1795579872812
orthanc_jobs_failed 5 1795579872812
orthanc_jobs_pending 0 1795579872812
"""
NOW = 1_795_593_600.0


def counted(*jobs: tuple[str, str]) -> dict:
    record = Record(CannedNet(), Family("x", "gauge", "x"))
    count_jobs([_Job(State=state, CreationTime=made) for state, made in jobs], NOW, record)
    return {(s.family.name, *(v for _, v in s.labels)): s.value for s in record.samples}


def test_series_have_orthancs_names_and_no_time_stamps():
    found = metrics(PAGE)

    assert found["orthanc_jobs_failed"] == 5
    assert found["orthanc_disk_size_mb"] == 0
    assert len(found) == 4


def test_lines_of_other_programs_are_left_out():
    assert list(metrics(PAGE + 'up 1\northanc_x{a="b"} 1\n# HELP x\n<html>\n')) == list(
        metrics(PAGE)
    )


@pytest.mark.parametrize("page", ["", "<html></html>", "orthanc_jobs_failed many"])
def test_a_page_that_is_not_orthancs_is_refused(page):
    with pytest.raises(ValueError, match=r"\w"):
        metrics(page)


def test_a_flood_of_series_is_refused():
    with pytest.raises(ValueError, match="more than 200"):
        metrics("".join(f"orthanc_x{n} 1\n" for n in range(300)))


def test_jobs_are_counted_and_the_oldest_that_waits_is_told():
    found = counted(
        ("Failure", "20261101T000000.1"),
        ("Pending", "20261125T075000.551023"),
        ("Retry", "20261125T075900.551023"),
    )

    assert found["hisops_orthanc_jobs", "failure"] == 1
    assert found["hisops_orthanc_jobs", "success"] == 0
    assert found["hisops_orthanc_oldest_job_seconds",] == 600


def test_without_open_jobs_nothing_waits():
    assert counted(("Success", "20261101T000000.1"))["hisops_orthanc_oldest_job_seconds",] == 0


def test_a_job_may_have_more_than_we_read():
    raw = b'[{"State": "Running", "CreationTime": "20261125T075000.1", "Content": {"a": []}}]'

    assert msgspec.json.decode(raw, type=list[_Job])[0].State == "Running"
