"""What traps mean."""

import pytest

from hisops.core.errors import OpsError
from hisops.monitor import trap_table

ALARM = "1.3.6.1.2.1.33.1.6.2.1.2"


def test_a_link_that_goes_down_and_comes_back_is_one_state():
    known, values = trap_table.shipped(), {"1.3.6.1.2.1.2.2.1.1.7": 7}

    assert known["1.3.6.1.6.3.1.1.5.3"].state(values) == ("link_down", "7", 1)
    assert known["1.3.6.1.6.3.1.1.5.4"].state(values) == ("link_down", "7", 0)


def test_an_alarm_of_a_ups_is_named_by_its_value():
    added = trap_table.shipped()["1.3.6.1.2.1.33.2.3"]

    known = added.state({f"{ALARM}.4": "1.3.6.1.2.1.33.1.6.3.2"})

    assert known == ("on_battery", "", 1)
    assert added.state({f"{ALARM}.4": "1.3.6.1.4.1.1"}) is None


def test_a_trap_without_state_only_counts():
    assert trap_table.shipped()["1.3.6.1.6.3.1.1.5.1"].state({}) is None


def test_a_site_writes_its_own_contacts():
    text = "- {oid: 1.3.6.1.4.1.9999.0.1, name: doorOpen, sets: door}\n"

    assert trap_table.read(text, "own.yml")["1.3.6.1.4.1.9999.0.1"].state({}) == ("door", "", 1)


def test_a_mistake_is_told_with_its_line():
    with pytest.raises(OpsError, match=r"own\.yml:1"):
        trap_table.read("- {oid: 1.3, title: x}\n", "own.yml")
