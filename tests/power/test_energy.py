"""The bill: every watt once, and at each level a rest."""

import pytest

from hisops.core.model import Host, Inventory
from hisops.power import energy
from hisops.power.energy import Meter
from hisops.power.settings import Load, Meters, Power, Rack, Tariff

from .conftest import system

NAMES = ("ups-1", "pdu-1", "pdu-2", "db-1", "app-1", "shared")
INVENTORY = Inventory(
    hosts={name: Host(name=name, address="10.0.0.1") for name in NAMES},
    systems={
        "db": system("C1"),
        "app": system("C2"),
        "old": system("C3"),
    },
)
POWER = Power(
    systems={"old": Load(watts=100)},
    racks={"a-01": Rack(pdus=("pdu-1", "pdu-2"))},
    meters=Meters(ups=("ups-1",), pdu=("pdu-1", "pdu-2")),
    tariff=Tariff(price_per_kwh=0.8, co2_kg_per_kwh=0.5),
)
METERS = [
    Meter(instance="ups-1", sensor="ups", watts=1000),
    Meter(instance="pdu-1", sensor="phase 1", watts=300),
    Meter(instance="pdu-1", sensor="phase 2", watts=200),
    Meter(instance="pdu-2", sensor="total", watts=400),
    Meter(instance="pdu-2", sensor="phase 1", watts=400),
    Meter(instance="db-1", sensor="Pwr Consumption", watts=350),
    Meter(instance="db-1", sensor="PS1 Input", watts=180),
    Meter(instance="app-1", sensor="PS1", watts=100),
    Meter(instance="shared", sensor="PS1", watts=60),
]


@pytest.fixture
def bill():
    import msgspec

    hosts = {"db": ("db-1", "shared"), "app": ("app-1", "shared"), "old": ()}
    systems = {
        name: msgspec.structs.replace(INVENTORY.systems[name], hosts=mine)
        for name, mine in hosts.items()
    }
    site = msgspec.structs.replace(INVENTORY, systems=systems)
    return lambda meters=METERS, facility=1500.0: energy.count(meters, site, POWER, facility)


def rows(found, level):
    return {row.name: row.watts for row in found.rows if row.level == level}


@pytest.mark.parametrize("level", ["ups", "pdu", "rack", "system"])
def test_every_level_adds_up_to_the_total(bill, level):
    assert sum(rows(bill(), level).values()) == pytest.approx(1000)


def test_what_nothing_explains_is_a_row_of_its_own(bill):
    assert rows(bill(), "pdu") == {"pdu-1": 500, "pdu-2": 400, "rest": 100}
    assert rows(bill(), "system")["rest"] == 1000 - (380 + 130 + 100)


def test_a_total_and_its_parts_count_once(bill):
    assert energy.by_host(METERS)["db-1"] == 350
    assert energy.by_host(METERS)["pdu-1"] == 500


def test_a_shared_host_is_split_and_an_unmeasured_system_is_estimated(bill):
    found = bill()

    assert rows(found, "system")["db"] == 350 + 30
    assert {row.name: row.source for row in found.rows if row.level == "system"}[
        "old"
    ] == "estimate"


def test_estimates_above_the_meter_show_as_a_rest_below_zero(bill):
    found = bill([Meter(instance="ups-1", sensor="ups", watts=80)])

    assert rows(found, "system")["rest"] == -20


def test_cost_and_emission_follow_the_tariff(bill):
    found = bill()

    assert found.pue == 1.5
    assert found.cost_month == pytest.approx(1.5 * 730.5 * 0.8, abs=0.01)
    assert found.co2_kg_month == pytest.approx(1.5 * 730.5 * 0.5)


def test_a_site_without_meters_has_only_estimates(bill):
    found = bill([], None)

    assert (found.total_of, found.total_watts, found.pue) == ("system", 100, None)
