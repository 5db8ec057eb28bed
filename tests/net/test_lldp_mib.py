"""LLDP-MIB into neighbours; the real agent is asked in tests/lab."""

import pytest

from hisops.net import lldp_mib

# Constructed after IEEE 802.1AB-2005, clause 12, and a walk of lldpd 1.0.16 (Debian 12).
_MAC = bytes.fromhex("e2c277fdb6ff")
_ROWS = [
    (f"{lldp_mib.LOCAL_PORT_SUBTYPE}.4", 5),
    (f"{lldp_mib.LOCAL_PORT}.4", b"GE0/0/1"),
    (f"{lldp_mib.LOCAL_PORT_TEXT}.4", b"uplink"),
    (f"{lldp_mib.CHASSIS_SUBTYPE}.400.4.3", 4),
    (f"{lldp_mib.CHASSIS}.400.4.3", _MAC),
    (f"{lldp_mib.PORT_SUBTYPE}.400.4.3", 5),
    (f"{lldp_mib.PORT}.400.4.3", b"GE1/0/7"),
    (f"{lldp_mib.NAME}.400.4.3", b"core-2"),
    (f"{lldp_mib.CAPABILITIES}.400.4.3", b"\x28"),
    (f"{lldp_mib.IF_NAME}.1", b"GE0/0/1"),
    (f"{lldp_mib.IF_NAME}.2", b"GE0/0/2"),
    (f"{lldp_mib.IF_OPER_STATUS}.1", 1),
    (f"{lldp_mib.IF_OPER_STATUS}.2", 2),
]


def _parse(**changes):
    rows = dict(_ROWS)
    for key, value in changes.items():
        oid = getattr(lldp_mib, key)
        rows[next(o for o in rows if o.startswith(f"{oid}."))] = value
    return lldp_mib.parse("acc-1", lldp_mib.columns_of(rows.items()))


def test_a_neighbour_has_its_port_name_chassis_and_capabilities():
    (found,) = _parse().neighbours

    assert (found.port, found.neighbor, found.neighbor_port) == ("GE0/0/1", "core-2", "GE1/0/7")
    assert found.chassis == "e2:c2:77:fd:b6:ff"
    assert found.capabilities == ("bridge", "router")


def test_ports_that_are_down_are_told():
    assert _parse().down == ("acc-1:GE0/0/2",)


def test_a_port_that_is_named_by_its_address_is_called_by_its_description():
    (found,) = _parse(LOCAL_PORT_SUBTYPE=3, LOCAL_PORT=_MAC).neighbours

    assert found.port == "uplink"


def test_a_port_without_any_name_is_called_by_its_number_or_address():
    (found,) = _parse(PORT_SUBTYPE=3, PORT=_MAC).neighbours

    assert found.neighbor_port == "e2:c2:77:fd:b6:ff"


def test_a_chassis_may_be_an_address():
    (found,) = _parse(CHASSIS_SUBTYPE=5, CHASSIS=b"\x01\x0a\x00\x00\x02").neighbours

    assert (found.chassis, found.address) == ("", "10.0.0.2")


@pytest.mark.parametrize("evil", [b"\x1b[2Jx", b"\xff\xfe", b"a\nb", b"x" * 5000])
def test_what_a_hostile_device_calls_itself_is_made_harmless(evil):
    (found,) = _parse(NAME=evil).neighbours

    assert found.neighbor.isprintable()
    assert len(found.neighbor) <= 255


def test_cells_of_the_wrong_type_and_rows_with_short_indexes_do_no_harm():
    rows = [*_ROWS, (f"{lldp_mib.CHASSIS}.7", b"x"), (f"{lldp_mib.PORT}.1", 9)]

    found = lldp_mib.parse("acc-1", lldp_mib.columns_of(rows))

    assert len(found.neighbours) == 1
    assert _parse(NAME=5).neighbours[0].neighbor == ""


def test_a_device_without_neighbours_was_asked():
    assert lldp_mib.parse("acc-1", {}).asked == ("acc-1",)


def test_what_several_devices_say_is_joined():
    found = lldp_mib.join([_parse(), lldp_mib.parse("acc-2", {})])

    assert found.asked == ("acc-1", "acc-2")
    assert len(found.neighbours) == 1
