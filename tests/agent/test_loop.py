"""What one collector does wrong costs its own part of the page, and is told once."""

import errno
import sys

import pytest

from hisops.agent.loop import Loop
from hisops.core.metric import Family, Reading
from hisops.io.cached import Cached
from hisops.monitor.collector import Collector

BEDS = Family("hisops_beds", "gauge", "Beds.")


class Beds(Collector):
    """Serves what it was given."""

    slow = False

    def __init__(self, value: object, ward: str = "a") -> None:
        self.value, self.ward = value, ward

    def read(self, io):
        """One value, or what was given instead raised."""
        if isinstance(self.value, Exception):
            raise self.value
        return Reading(self.ward, [self.value], lambda: [(BEDS, (("ward", self.ward),))])


@pytest.fixture
def machine():
    found = Cached()
    yield found
    found.close()


def page(machine, *units: Collector) -> Loop:
    return Loop({f"unit{number}": unit for number, unit in enumerate(units)}, machine, machine)


@pytest.mark.parametrize("wrong", ["many", True, None, RuntimeError("gone")])
def test_a_collector_that_goes_wrong_is_told_once_and_costs_its_own_part(machine, capsys, wrong):
    loop = page(machine, Beds(wrong))

    pages = [loop.page() for _ in range(3)]

    assert all(b"hisops_beds" not in each for each in pages)
    assert b'node_scrape_collector_success{collector="unit0"} 0\n' in pages[-1]
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_collector_that_recovers_and_fails_again_is_told_again(machine, capsys):
    unit = Beds("many")
    loop = page(machine, unit)
    for value in ("many", 1, "many"):
        unit.value = value
        loop.page()

    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_label_without_an_encoding_does_not_cost_the_page(machine):
    assert b'hisops_beds{ward="?"} 1\n' in page(machine, Beds(1, "\udcff")).page()


class Full:
    """A log on a disk without space."""

    def write(self, text):
        """Fails."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_on_a_full_disk_does_not_cost_the_page(machine, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Full())

    text = page(machine, Beds("many")).page()

    assert b'node_scrape_collector_success{collector="unit0"} 0\n' in text
