"""The canary's picture: synthetic, labelled, and of the study it is made for."""

from datetime import UTC, datetime

from hisops.wire.dicom import canary
from hisops.wire.dicom.dataset import (
    ACCESSION,
    PATIENT_ID,
    PIXELS,
    SERIES,
    SOP_INSTANCE,
    STUDY,
    decode,
    string,
)

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
LONG = "1.2.826.0.1.3680043.8.498." + "1" * 38


def test_a_picture_names_the_canary_and_the_study_it_belongs_to():
    instance, data = canary.picture("HISOPS1", LONG, "2.25.7", NOW)

    values = decode(data)
    assert string(values, PATIENT_ID) == "HISOPS-CANARY"
    assert string(values, ACCESSION) == "HISOPS1"
    assert (string(values, STUDY), string(values, SERIES)) == (LONG, "2.25.7.1")
    assert string(values, SOP_INSTANCE) == instance == "2.25.7.1.1"
    assert len(values[PIXELS]) == 64 * 64
