"""The canary: a synthetic patient, a small picture of it, and the queries that find it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.wire.dicom import dataset as tag
from hisops.wire.dicom.dataset import DataSet, encode, short, text, uid
from hisops.wire.dicom.service import SECONDARY_CAPTURE

if TYPE_CHECKING:
    from datetime import datetime

PATIENT = "HISOPS-CANARY"
STATION = "CANARY"
_SIDE = 64


def picture(accession: str, study: str, root: str, now: datetime) -> tuple[str, bytes]:
    """A secondary capture image of 64 x 64 grey pixels: its instance UID, and its data set.

    Series and instance stand below `root`, a UID that is new: the study's may be too long for that.
    """
    series, instance = f"{root}.1", f"{root}.1.1"
    day, clock = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    values: DataSet = {
        tag.CHARACTER_SET: text("ISO_IR 192"),
        0x00080012: text(day),
        0x00080013: text(clock),
        tag.SOP_CLASS: uid(SECONDARY_CAPTURE),
        tag.SOP_INSTANCE: uid(instance),
        tag.STUDY_DATE: text(day),
        tag.STUDY_TIME: text(clock),
        tag.ACCESSION: text(accession),
        tag.MODALITY: text("OT"),
        0x00080064: text("SYN"),
        0x00080090: b"",
        tag.PATIENT_NAME: text("HISOPS^CANARY"),
        tag.PATIENT_ID: text(PATIENT),
        0x00100030: b"",
        0x00100040: text("O"),
        0x00104000: text("SYNTHETIC TEST OBJECT, NOT A PATIENT"),
        tag.STUDY: uid(study),
        tag.SERIES: uid(series),
        0x00200010: text(accession),
        0x00200011: text("1"),
        0x00200013: text("1"),
    }
    return instance, encode(values | _pixels())


def worklist_query(accession: str = "", station: str = "", day: str = "") -> DataSet:
    """A worklist query for an accession number, a station's AE title, a date or range of dates."""
    step: DataSet = {
        tag.STATION: text(station),
        tag.STEP_DATE: text(day),
        0x00400003: b"",
        tag.MODALITY: b"",
    }
    return {
        tag.ACCESSION: text(accession),
        tag.PATIENT_ID: b"",
        tag.STUDY: b"",
        tag.STEPS: (step,),
    }


def study_query(accession: str = "", study: str = "", day: str = "") -> DataSet:
    """A study-root query by accession number, study UID or date."""
    return {
        tag.LEVEL: text("STUDY"),
        tag.STUDY_DATE: text(day),
        tag.ACCESSION: text(accession),
        tag.PATIENT_ID: b"",
        tag.STUDY: uid(study),
    }


def retrieval(study: str) -> DataSet:
    """What C-MOVE and C-GET take to fetch one study."""
    return {tag.LEVEL: text("STUDY"), tag.STUDY: uid(study)}


def _pixels() -> DataSet:
    """An image pixel module of 8-bit grey (PS3.3, C.7.6.3), a slope from dark to light."""
    return {
        0x00280002: short(1),
        0x00280004: text("MONOCHROME2"),
        0x00280010: short(_SIDE),
        0x00280011: short(_SIDE),
        0x00280100: short(8),
        0x00280101: short(8),
        0x00280102: short(7),
        0x00280103: short(0),
        tag.PIXELS: bytes(range(0, 256, 256 // _SIDE)) * _SIDE,
    }
