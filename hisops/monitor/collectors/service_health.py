"""Services that the inventory declares for this host: systemd says whether they run.

Off unless the host's variable `agent_services` names some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hisops.core.errors import OpsError
from hisops.core.machine import Call
from hisops.core.metric import Family, Reading
from hisops.monitor.collector import Collector
from hisops.monitor.collectors.systemd import MANAGER, SERVICE, get, is_running, list_units

if TYPE_CHECKING:
    from hisops.core.machine import Answer, Machine
    from hisops.monitor.collectors.systemd import Unit

_UP = Family("hisops_service_up", "gauge", "1 while the service runs.")
_RESTARTS = Family(
    "hisops_service_restarts_total", "counter", "Times systemd started the service again."
)
_GOOD = ("active", "reloading")
_ENDINGS = (".mount", ".path", ".service", ".socket", ".target", ".timer")


class ServiceHealth(Collector):
    """Whether each declared service runs, and how often it was started again."""

    by_default = False
    folder = "/run/systemd/system"
    services: tuple[str, ...] = ()

    def read(self, io: Machine) -> Reading:
        """State of now; raises OpsError where systemd cannot be asked."""
        if not is_running(io, self.folder):
            raise OpsError("services are declared for this host, and systemd does not run here")
        names = tuple(_unit(service) for service in self.services)
        listing = Call(MANAGER, f"{SERVICE}.Manager", "ListUnitsByNames", (names,))
        units = {unit.name: unit for unit, _ in list_units(io.ask_bus(SERVICE, [listing])[0])}
        running = [name for name in names if name in units and name.endswith(".service")]
        calls = [get(units[name].path, "Service", "NRestarts") for name in running]
        restarts = dict(zip(running, io.ask_bus(SERVICE, calls), strict=True)) if calls else {}
        return report(self.services, units, restarts)


def report(
    services: tuple[str, ...], units: dict[str, Unit], restarts: dict[str, Answer | None]
) -> Reading:
    """1 or 0 for each service; one that systemd does not know is down."""
    values: list[int] = []
    counted = []
    for service in services:
        unit = units.get(_unit(service))
        values.append(int(unit is not None and unit.state in _GOOD))
    for service in services:
        answer = restarts.get(_unit(service))
        if answer and isinstance(answer[0], int):
            counted.append(service)
            values.append(answer[0])
    key = (services, tuple(counted))
    return Reading(
        key,
        values,
        lambda: [
            *((_UP, (("service", name),)) for name in services),
            *((_RESTARTS, (("service", name),)) for name in counted),
        ],
    )


def _unit(service: str) -> str:
    return service if service.endswith(_ENDINGS) else f"{service}.service"
