"""Server hardware behind Redfish: power, health, temperatures, fans, supplies, log sizes.

Old controllers have Thermal and Power, new ones ThermalSubsystem and PowerSubsystem (DSP2046): what
there is, is read. Names follow redfish_exporter where it measures the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hisops.core.errors import OpsError
from hisops.core.metric import Family, Sample
from hisops.core.text import Duration, Secret
from hisops.monitor import vocabulary
from hisops.monitor.probe import Endpoint, Outcome, Probe
from hisops.wire.redfish import ROOT, Client, Resource
from hisops.wire.tls import Tls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from hisops.core.net import Net

_MOST_TEXT = 64
_MOST_SENSORS = 200
_HEALTH = {"OK": 0, "Warning": 1, "Critical": 2}


def _gauge(name: str, help: str) -> Family:
    return Family(f"hisops_redfish_{name}", "gauge", help)


_POWER = _gauge("system_power_state", "1 while the system is on.")
_SYSTEM = _gauge("system_info", "What the system is.")
_MANAGER = _gauge("manager_info", "What the controller is, with its firmware.")
_ENTRIES = _gauge("log_entries", "Entries of a log.")


class Redfish(Probe, frozen=True, kw_only=True):
    """One controller; the target is an address, `https` when it names no scheme."""

    timeout: Duration = Duration(20)
    user: str = ""
    password: Secret | None = None
    login: Literal["basic", "session"] = "basic"
    logs: bool = True
    tls: Tls = Tls()

    async def probe(self, net: Net, endpoint: Endpoint) -> Outcome:
        """Success when the systems were read; what a vendor lacks is an absence."""
        text = endpoint.text if "://" in endpoint.text else f"https://{endpoint.text}"
        client = Client(net, text, self.tls)
        try:
            if self.user and self.password:
                await self._enter(client, net.secret(self.password.ref))
            return await self._read(client)
        finally:
            client.close()

    async def _enter(self, client: Client, password: str) -> None:
        if self.login == "session":
            await client.log_in(self.user, password)
        else:
            client.use_password(self.user, password)

    async def _read(self, client: Client) -> Outcome:
        try:
            root = await client.read(ROOT)
            if root is None or root.systems is None:
                return Outcome(False, cause="there is no Redfish at this address")
            samples, causes = await self._sections(client, root)
        finally:  # controllers know only a few sessions at a time
            await client.log_out()
        if not any(sample.family is _SYSTEM for sample in samples):
            causes.append("it knows of no system")
        return Outcome(not causes, unique(samples), "; ".join(causes[:3]))

    async def _sections(self, client: Client, root: Resource) -> tuple[list[Sample], list[str]]:
        """What each part of the tree gives; one that is not understood hides no other."""
        samples: list[Sample] = []
        causes: list[str] = []
        for work in (
            _systems(client, root.systems, self.logs),
            _all_chassis(client, root.chassis),
            _managers(client, root.managers, self.logs),
        ):
            try:
                async for sample in work:
                    samples.append(sample)  # noqa: PERF401 - what came before an error is kept
            except OpsError as error:
                causes.append(error.cause)
            except ValueError as error:
                causes.append(str(error))
        return samples, causes


def describe_system(system: Resource) -> Iterator[Sample]:
    """Power, health and identity of a system."""
    name = _cut(system.id or system.name)
    labels = (
        ("system_id", name),
        ("manufacturer", _cut(system.manufacturer)),
        ("model", _cut(system.model)),
        ("serial", _cut(system.serial_number)),
        ("bios", _cut(system.bios_version)),
    )
    yield Sample(_SYSTEM, 1, labels)
    if system.power_state:
        yield Sample(_POWER, int(system.power_state == "On"), (("system_id", name),))
    yield from _health(system, "system", name)
    for part, kind in ((system.processor_summary, "processors"), (system.memory_summary, "memory")):
        if part is not None:
            yield from _health(part, kind, f"{name} {kind}")


def describe_manager(manager: Resource) -> Iterator[Sample]:
    """Health and firmware of a controller."""
    name = _cut(manager.id or manager.name)
    labels = (
        ("manager_id", name),
        ("model", _cut(manager.model)),
        ("firmware", _cut(manager.firmware_version)),
    )
    yield Sample(_MANAGER, 1, labels)
    yield from _health(manager, "manager", name)


def describe_thermal(thermal: Resource) -> Iterator[Sample]:
    """Temperatures and fans of Thermal, or the readings of ThermalMetrics."""
    for each in (thermal.temperatures or ())[:_MOST_SENSORS]:
        yield from _sensor(vocabulary.CELSIUS, each, each.reading_celsius, "temperature")
    for each in (thermal.temperature_readings_celsius or ())[:_MOST_SENSORS]:
        yield from _sensor(vocabulary.CELSIUS, each, each.reading, "temperature")
    yield from describe_fans(thermal.fans if isinstance(thermal.fans, tuple) else ())


def describe_fans(fans: Iterable[Resource]) -> Iterator[Sample]:
    """Speeds and health of fans, in RPM or as a share."""
    for each in list(fans)[:_MOST_SENSORS]:
        share = each.speed_percent.reading if each.speed_percent else None
        if each.reading_units == "Percent" or (share is not None and each.reading is None):
            percent = each.reading if share is None else share
            yield from _sensor(vocabulary.RATIO, each, percent, "fan", scale=0.01)
        else:
            yield from _sensor(vocabulary.RPM, each, each.reading, "fan")


def describe_power(power: Resource) -> Iterator[Sample]:
    """Consumption, voltages and supplies of Power."""
    for each in power.power_control or ():
        yield from _sensor(vocabulary.WATTS, each, each.power_consumed_watts, "power")
    for each in (power.voltages or ())[:_MOST_SENSORS]:
        yield from _sensor(vocabulary.VOLTS, each, each.reading_volts, "voltage")
    for each in power.power_supplies if isinstance(power.power_supplies, tuple) else ():
        yield from _health(each, "power_supply", _name(each))


def unique(samples: Iterable[Sample]) -> list[Sample]:
    """Each series once: some controllers give all their fans one name; the last gets a number."""
    seen: dict[tuple[str, object], int] = {}
    found = []
    for sample in samples:
        key = (sample.family.name, sample.labels)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1 and sample.labels:
            (name, text), *rest = sample.labels
            sample = sample._replace(labels=((name, f"{text} #{seen[key]}"), *rest))  # noqa: PLW2901
        found.append(sample)
    return found


async def _systems(client: Client, link: Resource | None, logs: bool) -> AsyncIterator[Sample]:
    async for system in client.each(link):
        for sample in (*describe_system(system), *(await _logs(client, system) if logs else ())):
            yield sample


async def _managers(client: Client, link: Resource | None, logs: bool) -> AsyncIterator[Sample]:
    async for manager in client.each(link):
        for sample in (*describe_manager(manager), *(await _logs(client, manager) if logs else ())):
            yield sample


async def _all_chassis(client: Client, link: Resource | None) -> AsyncIterator[Sample]:
    async for chassis in client.each(link):
        for sample in _health(chassis, "chassis", _cut(chassis.id or chassis.name)):
            yield sample
        thermal = await client.read(chassis.thermal)
        for sample in describe_thermal(thermal) if thermal else await _new_thermal(client, chassis):
            yield sample
        power = await client.read(chassis.power)
        for sample in describe_power(power) if power else await _new_power(client, chassis):
            yield sample


async def _new_thermal(client: Client, chassis: Resource) -> list[Sample]:
    subsystem = await client.read(chassis.thermal_subsystem)
    if subsystem is None:
        return []
    metrics = await client.read(subsystem.thermal_metrics)
    samples = list(describe_thermal(metrics)) if metrics else []
    if isinstance(subsystem.fans, Resource):
        samples += describe_fans([fan async for fan in client.each(subsystem.fans)])
    return samples


async def _new_power(client: Client, chassis: Resource) -> list[Sample]:
    samples: list[Sample] = []
    metrics = await client.read(chassis.environment_metrics)
    if metrics and metrics.power_watts:
        watts = metrics.power_watts.reading
        samples += _sensor(vocabulary.WATTS, Resource(name="total"), watts, "power")
    subsystem = await client.read(chassis.power_subsystem)
    if subsystem and isinstance(subsystem.power_supplies, Resource):
        async for supply in client.each(subsystem.power_supplies):
            samples += _health(supply, "power_supply", _name(supply))
    return samples


async def _logs(client: Client, resource: Resource) -> list[Sample]:
    samples = []
    async for service in client.each(resource.log_services):
        entries = await client.read(service.entries)
        if entries is not None and entries.count is not None:
            labels = (("owner", _cut(resource.id)), ("log", _cut(service.id)))
            samples.append(Sample(_ENTRIES, entries.count, labels))
    return samples


def _sensor(
    family: Family, part: Resource, value: float | None, kind: str, *, scale: float = 1.0
) -> Iterator[Sample]:
    if value is not None:
        labels = (("sensor", _name(part)), ("place", "device"))
        extra = (("kind", kind),) if family is vocabulary.RATIO else ()
        yield Sample(family, value * scale, (*labels, *extra))
    yield from _health(part, kind, _name(part))


def _health(part: Resource, kind: str, name: str) -> Iterator[Sample]:
    """Nothing for a part that is absent: an empty slot is no fault."""
    status = part.status
    if status is None or status.state == "Absent" or status.health not in _HEALTH:
        return
    labels = (("component", name), ("kind", kind))
    yield Sample(vocabulary.HEALTH, _HEALTH[status.health], labels)


def _name(part: Resource) -> str:
    return _cut(part.name or part.device_name or part.id or part.physical_context)


def _cut(text: str | None) -> str:
    return (text or "").strip()[:_MOST_TEXT]
