"""The canary's journey: which hop between an order and its picture is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.core.model import Value
from hisops.core.text import Duration
from hisops.monitor import orthanc
from hisops.monitor.journey import PAUSE_SECONDS, Find, Order, Retrieve, Store, Worklist
from hisops.monitor.orthanc import Rest
from hisops.monitor.phase import explain
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.monitor.trip import Trip
from hisops.wire.dicom import service

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from hisops.core.net import Net

_UP = Family("hisops_journey_hop_up", "gauge", "Whether a hop of the journey works, if it was run")
_SECONDS = Family("hisops_journey_hop_seconds", "gauge", "Duration of a hop of the journey")
_FAILED = Family("hisops_journey_failed_hop", "gauge", "1 for the first hop that failed")
_LEFT = Family(
    "hisops_journey_clean_up_failed", "gauge", "Whether something of a canary was left behind"
)
CLEAN_UP = "clean-up"


class _Hop(Protocol):
    @property
    def timeout(self) -> Duration: ...

    async def go(self, trip: Trip) -> str: ...


class CleanUp(Value, frozen=True, kw_only=True):
    """How the canary is removed: by Orthanc's REST interface, and by a cancelled order."""

    orthanc: Rest | None = None
    cancel: bool = True
    timeout: Duration = Duration(3)


class Journey(Probe, frozen=True, kw_only=True):
    """An order of a synthetic patient, its worklist item, its picture, and all of it gone again.

    A hop that the module does not name is not run: each needs the consent of the system's owner.
    Point it only at channels whose owners know the patient HISOPS-CANARY.
    """

    timeout: Duration = Duration(25)
    every: Duration | None = Duration(300)
    order: Order | None = None
    worklist: Worklist | None = None
    store: Store | None = None
    find: Find | None = None
    retrieve: Retrieve | None = None
    clean_up: CleanUp | None = None

    def __post_init__(self) -> None:
        if not self._hops():
            raise ValueError("no hop: name order, worklist, store, find or retrieve")

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when every hop works; a failed clean-up is told, but breaks nothing for a ward."""
        trip = Trip(net, endpoint.host)
        samples: list[Sample] = []
        failed, cause = await self._travel(trip, samples)
        left = await self._clean(trip, samples)
        if self.clean_up:
            samples.append(Sample(_LEFT, int(bool(left))))
        names = [*self._hops(), *([CLEAN_UP] if self.clean_up else [])]
        first = failed or (CLEAN_UP if left else "")
        samples += [Sample(_FAILED, int(name == first), (("hop", name),)) for name in names]
        causes = [f"{failed}: {cause}"] if failed else []
        causes += [f"{CLEAN_UP}: {left}"] if left else []
        return Outcome(not failed, samples, "; ".join(causes))

    def _hops(self) -> dict[str, _Hop]:
        found = {
            "order": self.order,
            "worklist": self.worklist,
            "store": self.store,
            "find": self.find,
            "retrieve": self.retrieve,
        }
        return {name: hop for name, hop in found.items() if hop is not None}

    async def _travel(self, trip: Trip, samples: list[Sample]) -> tuple[str, str]:
        """The first hop that fails, and why; two empty texts when none does."""
        for name, hop in self._hops().items():
            cause = await _run(trip, name, hop, samples)
            if cause:
                return name, cause
        return "", ""

    async def _clean(self, trip: Trip, samples: list[Sample]) -> str:
        """Why something of the canary is left behind; empty when all is gone or nothing was made."""
        if self.clean_up is None or not (trip.is_ordered or trip.is_stored):
            return ""
        sweep = _Sweep(self, self.clean_up)
        return await _run(trip, CLEAN_UP, sweep, samples)


class _Sweep:
    """The last hop: whatever the canary has made is removed, however far it came."""

    def __init__(self, journey: Journey, how: CleanUp) -> None:
        self._journey = journey
        self._how = how
        self.timeout = how.timeout

    async def go(self, trip: Trip) -> str:
        """Remove order and study, each in half of the time: one that hangs must not keep the other."""
        causes = []
        half = Duration(self.timeout.seconds * 0.45)
        if self._how.cancel and self._journey.order and trip.is_ordered:
            causes.append(await _cause(trip, half, self._cancel(trip, self._journey.order)))
        if self._how.orthanc and trip.is_stored:
            causes.append(await _cause(trip, half, self._remove(trip, self._how.orthanc)))
        return "; ".join(filter(None, causes))

    async def _cancel(self, trip: Trip, order: Order) -> str:
        refused = await order.send(trip, "CA")
        if refused:
            return f"the cancelled order was {refused}"
        worklist = self._journey.worklist
        while worklist and (await worklist.find(trip, service.WORKLIST)).items:
            trip.waits_for = "the worklist still has the cancelled order"
            await trip.net.sleep(PAUSE_SECONDS)
        return ""

    async def _remove(self, trip: Trip, rest: Rest) -> str:
        left = await orthanc.remove(trip.net, rest.server(trip.net, trip.host), trip.accession)
        return f"{left} studies are still there" if left else ""


async def _run(trip: Trip, name: str, hop: _Hop, samples: list[Sample]) -> str:
    """Run one hop within its time; gives why it failed."""
    start = trip.net.tick()
    cause = await _cause(trip, hop.timeout, hop.go(trip))
    label = (("hop", name),)
    samples.append(Sample(_UP, int(not cause), label))
    samples.append(Sample(_SECONDS, trip.net.tick() - start, label))
    return cause


async def _cause(trip: Trip, time: Duration, work: Coroutine[object, object, str]) -> str:
    """Why work failed; empty when it did not."""
    trip.waits_for = ""
    try:
        return await trip.net.within(time.seconds, work)
    except TimeoutError as error:
        return trip.waits_for or explain(error, time)
    except (OpsError, OSError, ValueError) as error:
        return explain(error, time)
