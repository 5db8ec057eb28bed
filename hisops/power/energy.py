"""Where the electricity goes: watts, cost and CO2 by UPS, PDU, rack and system. Pure functions.

At each level the rows and the row `rest` add up to the total: what no meter and no estimate
explains is shown, never hidden.
"""

import re
from collections.abc import Iterable, Mapping

from hisops.core.model import Inventory, Value
from hisops.power.settings import Power, Tariff

# 365.25 days by 12 and 24 hours.
HOURS_PER_MONTH = 730.5
_TOTAL = re.compile(r"total|consumption|system|chassis power", re.IGNORECASE)


class Meter(Value, frozen=True, kw_only=True):
    """An average of `hisops_sensor_watts`."""

    instance: str
    sensor: str
    watts: float


class Row(Value, frozen=True, kw_only=True):
    """A thing and what it costs in a month at this power."""

    level: str
    name: str
    watts: float
    source: str
    kwh_month: float
    cost_month: float
    co2_kg_month: float


class Bill(Value, frozen=True, kw_only=True):
    """All rows; `pue` is the building's power by that of its equipment (ISO/IEC 30134-2)."""

    total_watts: float
    total_of: str
    facility_watts: float | None
    pue: float | None
    currency: str
    cost_month: float
    co2_kg_month: float
    rows: tuple[Row, ...]


def count(
    meters: Iterable[Meter], inventory: Inventory, power: Power, facility_watts: float | None
) -> Bill:
    """The bill of a month."""
    hosts = by_host(meters)
    levels = {
        "ups": _metered(hosts, inventory, power.meters.ups),
        "pdu": _metered(hosts, inventory, power.meters.pdu),
        "rack": _racks(hosts, power),
        "system": _systems(hosts, inventory, power),
    }
    total_of = next((level for level in ("ups", "pdu", "system") if levels[level]), "system")
    total = sum(watts for watts, _ in levels[total_of].values())
    tariff, rows = power.tariff, []
    for level, things in levels.items():
        for name, (watts, source) in sorted(things.items(), key=lambda item: -item[1][0]):
            rows.append(_row(level, name, watts, source, tariff))
        if things and level != total_of:
            rest = total - sum(watts for watts, _ in things.values())
            rows.append(_row(level, "rest", rest, "unassigned", tariff))
    whole = _row("total", "", total if facility_watts is None else facility_watts, "", tariff)
    return Bill(
        total_watts=total,
        total_of=total_of,
        facility_watts=facility_watts,
        pue=facility_watts / total if facility_watts is not None and total else None,
        currency=tariff.currency,
        cost_month=whole.cost_month,
        co2_kg_month=whole.co2_kg_month,
        rows=tuple(rows),
    )


def by_host(meters: Iterable[Meter]) -> dict[str, float]:
    """Watts of each host: its own total where it has one, else the sum of its supplies.

    A BMC tells both, and each watt must count once.
    """
    found: dict[str, list[Meter]] = {}
    for meter in meters:
        found.setdefault(meter.instance, []).append(meter)
    watts = {}
    for instance, mine in found.items():
        totals = [meter.watts for meter in mine if _TOTAL.search(meter.sensor)]
        watts[instance] = max(totals) if totals else sum(meter.watts for meter in mine)
    return watts


def _metered(
    hosts: Mapping[str, float], inventory: Inventory, patterns: Iterable[str]
) -> dict[str, tuple[float, str]]:
    names = {name for pattern in patterns for name in inventory.members(pattern)}
    return {name: (hosts[name], "measured") for name in sorted(names & set(hosts))}


def _racks(hosts: Mapping[str, float], power: Power) -> dict[str, tuple[float, str]]:
    found = {}
    for name, rack in power.racks.items():
        fed = [hosts[pdu] for pdu in rack.pdus if pdu in hosts]
        if fed:
            found[name] = (
                sum(fed),
                "measured" if len(fed) == len(rack.pdus) else "partly measured",
            )
    return found


def _systems(
    hosts: Mapping[str, float], inventory: Inventory, power: Power
) -> dict[str, tuple[float, str]]:
    """Measured hosts, a shared one split evenly; for a system without any, its estimate."""
    users: dict[str, list[str]] = {}
    for name, system in inventory.systems.items():
        for host in {h for pattern in system.hosts for h in inventory.members(pattern)}:
            users.setdefault(host, []).append(name)
    found: dict[str, tuple[float, str]] = {}
    for host, names in users.items():
        for name in names if host in hosts else ():
            found[name] = (found.get(name, (0.0, ""))[0] + hosts[host] / len(names), "measured")
    for name, load in (*power.systems.items(), *power.parts.items()):
        if name not in found and load.watts:
            found[name] = (load.watts, "estimate")
    return found


def _row(level: str, name: str, watts: float, source: str, tariff: Tariff) -> Row:
    kwh = watts / 1000 * HOURS_PER_MONTH
    return Row(
        level=level,
        name=name,
        watts=round(watts, 3),
        source=source,
        kwh_month=round(kwh, 3),
        cost_month=round(kwh * tariff.price_per_kwh, 2),
        co2_kg_month=round(kwh * tariff.co2_kg_per_kwh, 3),
    )
