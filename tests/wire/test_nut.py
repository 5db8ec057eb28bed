"""The protocol of Network UPS Tools."""

import pytest

from hisops.wire import nut

# upsd 2.8.0-7 (Debian 12) with dummy-ups, LIST VAR demo, shortened.
VARIABLES = """VAR demo battery.charge "100"
VAR demo device.mfr "Dummy Manufacturer"
VAR demo ups.status "OB DISCHRG"
VAR demo ups.test.result "Done and passed"
"""


def test_variables_come_by_their_names():
    found = nut.parse(VARIABLES)

    assert found["ups.status"] == "OB DISCHRG"
    assert next(iter(found)) == "battery.charge"


def test_devices_come_by_their_names():
    assert nut.parse('UPS demo "main room"\nUPS ups-2 "Unavailable"\n') == {
        "demo": "main room",
        "ups-2": "Unavailable",
    }


def test_escaped_quotes_and_backslashes_are_undone():
    assert nut.parse(r'VAR a device.model "19\" rack \\ 2"') == {"device.model": r'19" rack \ 2'}


@pytest.mark.parametrize("line", ['VAR a b "c', "VAR a b c", 'GET a b "c"', "\x00\xff", 'VAR "x"'])
def test_lines_that_are_no_entries_are_refused(line):
    with pytest.raises(ValueError, match="no entry"):
        nut.parse(line)


def test_a_list_without_end_is_bounded():
    endless = "".join(f'VAR a v{n} "1"\n' for n in range(nut.MOST_ENTRIES + 1))

    with pytest.raises(ValueError, match="more than"):
        nut.parse(endless)


@pytest.mark.parametrize(("name", "good"), [("ups-1", True), ("a b", False), ("a\nb", False)])
def test_names_stay_on_one_line(name, good):
    assert nut.is_name(name) is good
