"""DICOM as probes use it: one association around some services, and the names of its metrics."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hisops.core.metric import Family
from hisops.wire.dicom.association import Association, RejectedError, associate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hisops.core.net import Net
    from hisops.monitor.phase import Record
    from hisops.wire.dicom.pdu import Context

SECONDS = Family("hisops_dicom_duration_seconds", "gauge", "Duration of a DICOM exchange by phase")
UP = Family("hisops_dicom_up", "gauge", "Whether a DICOM service does its work")
NAMES = (UP, SECONDS)
STATUS = Family(
    "hisops_dicom_status_code", "gauge", "Final status of a DIMSE service by phase, 0 is success"
)
ITEMS = Family("hisops_dicom_items", "gauge", "Answers to the query of a DICOM probe")
CANARY = Family("hisops_dicom_canary_present", "gauge", "Whether the canary was among the answers")
_REJECTED = Family(
    "hisops_dicom_association_rejected", "gauge", "A refused association with its three numbers"
)


@asynccontextmanager
async def association(
    net: Net,
    record: Record,
    place: tuple[str, int],
    titles: tuple[str, str],
    *contexts: Context,
) -> AsyncIterator[Association]:
    """An association from one AE title to another, released at the end of the block.

    After trouble the connection is closed at once: a release would wait for the same peer.
    """
    record.begin("connect")
    stream = await net.connect(*place)
    try:
        record.connected(stream.times)
        record.begin("associate")
        link = await associate(stream, *titles, contexts)
        yield link
        record.begin("release")
        await link.release()
        record.end()
    except RejectedError as error:
        why = (("result", error.result), ("source", error.source), ("reason", error.reason))
        record.add(_REJECTED, 1, tuple((name, str(number)) for name, number in why))
        raise
    finally:
        stream.close()
