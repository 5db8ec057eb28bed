"""The register map of a Modbus device."""

import struct

import pytest

from hisops.monitor.probes.modbus import Modbus, Point, Span, describe, plan


def point(**options):
    return Point(**({"name": "p", "table": "input", "address": 0, "unit": "celsius"} | options))


def contact(**options):
    return Point(**({"name": "c", "table": "coil", "address": 0, "kind": "leak"} | options))


def test_neighbours_are_read_together_and_gaps_are_left_out():
    points = [point(address=n) for n in (0, 1, 2, 9)] + [point(address=10, type="f32")]

    assert plan(points) == [Span("input", 0, 3), Span("input", 9, 3)]


def test_a_question_stays_within_what_the_protocol_allows():
    points = [point(address=n) for n in range(130)]

    assert [span.size for span in plan(points)] == [125, 5]


def test_points_read_the_type_that_they_name():
    high, low = struct.unpack(">HH", struct.pack(">f", 21.5))

    assert point(type="i16", scale=0.1).sample([65536 - 55]).value == -5.5
    assert point(type="u32").sample([1, 2]).value == 65538
    assert point(type="f32").sample([high, low]).value == 21.5
    assert point(type="f32", words="swapped").sample([low, high]).value == 21.5
    assert point(scale=0.1, offset=-40).sample([650]).value == 25


def test_not_a_number_is_no_sample():
    assert point(type="f32").sample([0x7FC0, 0]) is None


def test_contacts_come_from_coils_bits_and_inverted_wires():
    register = contact(table="holding", bit=3)

    assert contact().sample([1]).value == 1
    assert contact(invert=True).sample([1]).value == 0
    assert [register.sample([8]).value, register.sample([7]).value] == [1, 0]


def test_series_have_the_common_vocabulary():
    leak = contact(name="leak-01").sample([1])
    damp = point(name="aisle", unit="ratio", kind="humidity", scale=0.01).sample([45])

    assert leak.family.name == "hisops_contact_state"
    assert dict(leak.labels) == {"contact": "leak-01", "kind": "leak", "place": "room"}
    assert (damp.family.name, damp.value) == ("hisops_sensor_ratio", 0.45)


def test_a_point_that_was_not_read_is_left_out():
    points = [contact(name="a", address=0), contact(name="b", address=1)]

    assert len(describe(points, {("coil", 0): 1})) == 1


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"unit": ""}, "expected a unit"),
        ({"kind": "leak"}, "expected a unit"),
        ({"unit": "furlong"}, "unit: expected one of"),
        ({"address": 65536}, "address: expected"),
        ({"table": "coil"}, "is no sensor"),
        ({"unit": "", "kind": "leak", "type": "f32"}, "a contact is one bit"),
        ({"place": "cellar"}, "place: expected one of"),
        ({"unit": "", "kind": "leak", "bit": 16}, "bit: expected"),
    ],
)
def test_a_wrong_point_says_what_was_expected(options, cause):
    with pytest.raises(ValueError, match=cause):
        point(**options)


def test_a_device_needs_points_and_each_only_once():
    with pytest.raises(ValueError, match="expected 1 to"):
        Modbus()
    with pytest.raises(ValueError, match="stands twice"):
        Modbus(points=(point(), point(address=5)))
