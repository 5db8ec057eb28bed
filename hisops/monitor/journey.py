"""The hops of the canary's journey: from an order to a picture that can be read again."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

from hisops.core.model import Value
from hisops.core.text import Duration
from hisops.monitor import trip as trips
from hisops.wire import hl7, mllp
from hisops.wire.dicom import canary, service, words
from hisops.wire.dicom.association import Association, associate
from hisops.wire.dicom.dataset import PIXELS, STUDY, decode, string
from hisops.wire.dicom.pdu import Context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hisops.monitor.trip import Trip
    from hisops.wire.dicom.service import Found

# An order becomes a worklist item, a picture a study, a moment after it was acknowledged.
PAUSE_SECONDS = 0.1


class Order(Value, frozen=True, kw_only=True):
    """An HL7 receiver that takes the canary's orders."""

    host: str = ""
    port: int = 2575
    receiver: str = ""
    receiver_facility: str = ""
    timeout: Duration = Duration(2)

    async def go(self, trip: Trip) -> str:
        """Send the order; gives why it is not accepted."""
        return await self.send(trip, "NW")

    async def send(self, trip: Trip, control: str) -> str:
        """Send an order message with this control code; gives why it is not accepted."""
        control_id = trips.PREFIX + os.urandom(5).hex()
        names = (self.receiver, self.receiver_facility)
        stream = await trip.net.connect(self.host or trip.host, self.port)
        trip.is_ordered = True  # even if nothing is acknowledged, it may arrive later
        try:
            message = trips.order(trip, control, control_id, names)
            answer = hl7.acknowledgement(await mllp.exchange(stream, message))
        finally:
            stream.close()
        if answer.control_id != control_id:
            return f"acknowledged {answer.control_id[:40]!r}, which we did not send"
        said = f": {answer.text}" if answer.text else ""
        return "" if answer.code in ("AA", "CA") else f"answered {answer.code[:10]}{said}"


class Dicom(Value, frozen=True, kw_only=True):
    """An application entity that one hop asks."""

    host: str = ""
    port: int = 104
    called: str = "ANY-SCP"
    calling: str = canary.STATION
    timeout: Duration = Duration(3)

    @asynccontextmanager
    async def linked(self, trip: Trip, *contexts: Context) -> AsyncIterator[Association]:
        """An association, released at the end of the block."""
        stream = await trip.net.connect(self.host or trip.host, self.port)
        try:
            link = await associate(stream, self.calling, self.called, contexts)
            yield link
            await link.release()
        finally:
            stream.close()

    async def find(self, trip: Trip, sop: str) -> Found:
        """What the peer has under the canary's accession number."""
        make = canary.worklist_query if sop == service.WORKLIST else canary.study_query
        async with self.linked(trip, Context(sop)) as link:
            return await service.find(link, sop, make(trip.accession), 100)

    async def wait_for(self, trip: Trip, sop: str, words_for_none: str) -> Found:
        """What the peer has, as soon as it has something or says that it cannot tell."""
        while True:
            found = await self.find(trip, sop)
            if found.items or found.status != service.SUCCESS:
                trip.waits_for = ""
                return found
            trip.waits_for = words_for_none
            await trip.net.sleep(PAUSE_SECONDS)


class Worklist(Dicom, frozen=True, kw_only=True):
    """A worklist in which the order must turn up."""

    async def go(self, trip: Trip) -> str:
        """Wait for the one item of the order, and take its study UID."""
        what = "no worklist item for the order" + (" that was accepted" * trip.is_ordered)
        found = await self.wait_for(trip, service.WORKLIST, what)
        if found.status != service.SUCCESS:
            return words.status(found.status)
        if len(found.items) != 1:
            return f"{len(found.items)} worklist items for one order"
        trip.study = string(found.items[0], STUDY) or trip.study
        return ""


class Store(Dicom, frozen=True, kw_only=True):
    """An archive that takes the canary's picture."""

    async def go(self, trip: Trip) -> str:
        """Store a picture under the study UID of the order."""
        made = canary.picture(trip.accession, trip.study, trip.root, trip.now)
        instance, trip.picture = made
        async with self.linked(trip, Context(service.SECONDARY_CAPTURE)) as link:
            trip.is_stored = True  # also when no answer comes: it may have arrived
            status = await service.store(link, service.SECONDARY_CAPTURE, instance, trip.picture)
        return "" if status == service.SUCCESS else words.status(status)


class Find(Dicom, frozen=True, kw_only=True):
    """An archive that must know the study."""

    async def go(self, trip: Trip) -> str:
        """Wait for the study under its accession number."""
        what = "the study that was stored is not found"
        found = await self.wait_for(trip, service.STUDY_FIND, what)
        return "" if found.status == service.SUCCESS else words.status(found.status)


class Retrieve(Dicom, frozen=True, kw_only=True):
    """An archive that must give the picture back, or send it to a third AE (`by: move`)."""

    by: Literal["get", "move"] = "get"
    destination: str = ""

    async def go(self, trip: Trip) -> str:
        """Fetch the study, and compare the picture with the one that was stored."""
        if self.by == "move":
            async with self.linked(trip, Context(service.STUDY_MOVE)) as link:
                sent = await service.move(link, canary.retrieval(trip.study), self.destination)
            if sent.status == service.SUCCESS and sent.done and not sent.failed:
                return ""
            return f"{sent.done} sent, {sent.failed} failed, {words.status(sent.status)}"
        contexts = (Context(service.STUDY_GET), Context(service.SECONDARY_CAPTURE, serve=True))
        async with self.linked(trip, *contexts) as link:
            got = await service.get(link, canary.retrieval(trip.study))
        if got.status != service.SUCCESS or len(got.received) != 1:
            return f"{len(got.received)} pictures came, {words.status(got.status)}"
        same = decode(got.received[0].data).get(PIXELS) == decode(trip.picture)[PIXELS]
        return "" if same else "the picture that came is not the one that was stored"
