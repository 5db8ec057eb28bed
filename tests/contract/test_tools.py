"""Every program of the helper: a test file, a name, and families as Prometheus wants them."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hisops.core import units
from hisops.core.metric import Family
from tests.contract.test_collectors import faults

_PACKAGE = "hisops.monitor.tools"
_NAMES = units.names(_PACKAGE)
_SHARED = ("hisops.monitor.helper", "hisops.monitor.raid", "hisops.monitor.smart")
_HERE = Path(__file__).resolve().parents[1]
# Those of smartctl_exporter and ipmi_exporter.
_COPIED = ("ipmi_", "smartctl_")


def families(value: object) -> Iterator[Family]:
    """Every family that a module's value holds."""
    if isinstance(value, Family):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from families(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from families(each)


def of_module(name: str) -> list[Family]:
    return [f for value in vars(importlib.import_module(name)).values() for f in families(value)]


@pytest.mark.parametrize("name", _NAMES)
def test_a_program_has_names_and_a_test_file_of_its_own(name):
    assert units.load(_PACKAGE, name).programs
    assert (_HERE / "monitor" / "tools" / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", [*(f"{_PACKAGE}.{name}" for name in _NAMES), *_SHARED])
def test_names_types_and_units_are_as_prometheus_wants(name):
    found = [family for family in of_module(name) if not family.name.startswith(_COPIED)]

    assert {family.name: faults(family, ()) for family in found if faults(family, ())} == {}


def test_the_families_are_found():
    assert len(of_module("hisops.monitor.raid")) >= 7
    assert len(of_module("hisops.monitor.smart")) >= 15
