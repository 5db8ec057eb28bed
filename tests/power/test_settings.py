"""power.yml is read, and its mistakes are told with their place."""

import pytest

from hisops.core.text import Duration
from hisops.power import check, settings

GOOD = """
margin: 90 s
systems: {db: {stop: 3 min, watts: 500, racks: [a-01]}}
parts: {san-box: {layer: storage, hosts: [san]}}
racks: {a-01: {pdus: [pdu-1]}}
meters: {ups: [ups-1]}
"""


def problems(io, inventory, text):
    io.write("/site/power.yml", text)
    power, found = settings.read(io, "/site")
    return [(p.at, p.cause) for p in [*found, *check.check(power, inventory)]]


def test_a_site_without_the_file_has_the_defaults(io):
    power, found = settings.read(io, "/site")

    assert (power.factor, power.margin, found) == (1.5, Duration(60), [])


def test_a_good_file_has_no_mistakes(io, inventory):
    assert problems(io, inventory, GOOD) == []


@pytest.mark.parametrize(
    ("line", "at", "cause"),
    [
        ("systems: {dbb: {}}", ("systems", "dbb"), "there is no system 'dbb'"),
        ("systems: {db: {stop: 5}}", ("systems", "db", "stop"), "expected text"),
        ("systems: {db: {layer: cellar}}", ("systems", "db", "layer"), "cellar"),
        ("systems: {db: {racks: [z]}}", ("systems", "db", "racks", 0), "no rack 'z'"),
        ("systems: {db: {watts: -1}}", ("systems", "db", "watts"), "below zero"),
        ("parts: {db: {}}", ("parts", "db"), "is a system"),
        ("parts: {x: {hosts: [nas]}}", ("parts", "x", "hosts", 0), "no host or group 'nas'"),
        ("parts: {x: {needs: [y]}}", ("parts", "x", "needs", 0), "no system or part 'y'"),
        ("racks: {a: {pdus: [pdu-9]}}", ("racks", "a", "pdus", 0), "'pdu-9'"),
        ("meters: {ups: [ups-9]}", ("meters", "ups", 0), "'ups-9'"),
        ("factor: 0.5", ("factor",), "expected 1 or more"),
        ("shed: {C1: first}", ("shed",), "expected classes"),
        ("tarif: {}", ("tarif",), "unknown setting"),
    ],
)
def test_a_mistake_is_told_with_its_place(io, inventory, line, at, cause):
    found = problems(io, inventory, line)

    assert [place for place, _ in found] == [at]
    assert cause in found[0][1]
