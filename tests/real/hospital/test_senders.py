"""Clocks of modalities, told by what they store in Orthanc."""

from datetime import UTC, datetime, timedelta

import pytest

from hisops.core.text import Duration
from hisops.monitor.phase import explain
from hisops.monitor.probes.dicom_senders import DicomSenders
from hisops.wire.dicom import canary, service
from hisops.wire.dicom.association import associate
from hisops.wire.dicom.pdu import Context
from tests.real.hospital.ward import frozen

SENDERS = DicomSenders(timezone="Asia/Shanghai")
SHANGHAI = timedelta(hours=8)


@pytest.fixture
def send(loop, net, ward):
    """Stores a picture as a device would whose clock is off."""

    async def store(ae: str, root: str, now: datetime) -> int:
        stream = await net.connect("127.0.0.1", ward.dicom)
        link = await associate(stream, ae, "PACS", (Context(service.SECONDARY_CAPTURE),))
        instance, data = canary.picture("A1", f"{root}.9", root, now)
        status = await service.store(link, service.SECONDARY_CAPTURE, instance, data)
        await link.release()
        stream.close()
        return status

    def run(ae: str, root: str, off: timedelta) -> None:
        now = datetime.now(UTC).replace(tzinfo=None) + SHANGHAI + off
        assert loop.run(store(ae, root, now)) == service.SUCCESS

    return run


def values(outcome):
    return {(s.family.name, *(v for _, v in s.labels)): s.value for s in outcome.samples}


def test_clocks_that_are_off_are_told_and_good_ones_are_not(probe, ward, send):
    probe(SENDERS, ward.url)
    wrong = {"CT1": 0, "MR1": -427, "US1": 8 * 3600}
    for number, (ae, seconds) in enumerate(wrong.items()):
        send(ae, f"2.25.10{number}", timedelta(seconds=seconds))

    found = values(probe(SENDERS, ward.url))

    for ae, seconds in wrong.items():
        assert found["hisops_clock_skew_seconds", ae] == pytest.approx(seconds, abs=5)
        assert found["hisops_sender_series_total", ae] == 1


def test_a_frozen_archive_tells_nothing(probe, ward):
    quick = DicomSenders(timeout=Duration(1))
    with frozen(ward.pacs_pid):
        outcome = probe(quick, ward.url)

    assert outcome.cause == f"changes: {explain(TimeoutError(), quick.timeout)}"
